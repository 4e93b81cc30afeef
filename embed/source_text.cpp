// SPDX-License-Identifier: MIT
// The texts that are compiled: the files' bytes and names, the header, and what they depend on.
#include "source_text.hpp"

#include <cstddef>
#include <string_view>

#include <aether/migrate/error.hpp>

namespace aether::migrate::embed {

namespace {

constexpr std::string_view kHead = "// Made by aether-migrate-embed: what is changed here is lost.\n";

// The characters of a string literal, in C++ as in the assembler.
std::string literal_of(std::string_view text) {
    std::string literal = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\')
            literal += '\\';
        literal += character;
    }
    return literal + '"';
}

// A path in a list of make.
std::string escaped_for_make(std::string_view path) {
    std::string text;
    for (const char character : path) {
        if (character == ' ' || character == '#' || character == '\\')
            text += '\\';
        text += character == '$' ? "$$" : std::string(1, character);
    }
    return text;
}

void refuse_line_ends(const std::string& path) {
    if (path.find_first_of("\n\r") == std::string::npos)
        return;
    throw Error(ErrorCode::source_unusable, path + ": a path with a line end can't be embedded; rename it");
}

// Bytes between two labels, which the linker knows and no other binary sees.
std::string bytes_text(const std::string& label, const std::string& path) {
    std::string text = "__asm__(R\"assembler(\n    .pushsection .rodata\n";
    text += "    .globl " + label + "\n    .hidden " + label + "\n" + label + ":\n";
    text += "    .incbin " + literal_of(path) + "\n";
    text += "    .globl " + label + "_end\n    .hidden " + label + "_end\n" + label + "_end:\n";
    text += "    .popsection\n)assembler\");\n";
    text += "extern \"C\" __attribute__((visibility(\"hidden\"))) const char " + label + "[];\n";
    text += "extern \"C\" __attribute__((visibility(\"hidden\"))) const char " + label + "_end[];\n\n";
    return text;
}

std::string symbol_of(const std::string& name) {
    return "aether_migrate_embedded_" + name;
}

}  // namespace

std::string source_text(const std::string& name, const Folders& folders) {
    const std::string symbol = symbol_of(name);
    std::string text(kHead);
    text += "#include \"" + symbol + ".hpp\"\n\n";
    std::string rows;
    for (std::size_t i = 0; i < folders.files.size(); ++i) {
        const std::string path = folders.files[i].string();
        refuse_line_ends(path);
        const std::string label = "aether_migrate_bytes_" + name + "_" + std::to_string(i);
        text += bytes_text(label, path);
        rows.append("    {").append(literal_of(folders.files[i].filename().string())).append(", ");
        rows.append(label).append(", ").append(label).append("_end},\n");
    }
    text += "static const aether::migrate::EmbeddedFile files[] = {\n" + rows + "};\n\n";
    text += "const aether::migrate::EmbeddedMigrations " + symbol +
            " = {\n    aether::migrate::kEmbeddedLayout, " + literal_of(name) + ", files, " +
            std::to_string(folders.files.size()) + "};\n";
    return text;
}

std::string header_text(const std::string& name) {
    std::string text(kHead);
    text += "#pragma once\n\n#include <aether/migrate/embedded.hpp>\n\n";
    text +=
        "extern \"C\" __attribute__((visibility(\"default\"))) const aether::migrate::EmbeddedMigrations\n   "
        " " +
        symbol_of(name) + ";\n";
    return text;
}

std::string dependency_text(const std::filesystem::path& target, const Folders& folders) {
    std::string list;
    std::string rules;
    for (const std::filesystem::path& path : folders.places) {
        list += " \\\n  " + escaped_for_make(path.string());
    }
    for (const std::filesystem::path& path : folders.files) {
        list += " \\\n  " + escaped_for_make(path.string());
        rules += "\n" + escaped_for_make(path.string()) + ":\n";
    }
    return escaped_for_make(target.string()) + ":" + list + "\n" + rules;
}

}  // namespace aether::migrate::embed
