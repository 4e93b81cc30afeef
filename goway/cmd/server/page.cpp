// SPDX-License-Identifier: MIT
// The page for people: the schema's history, and a picture of its tables.
#include "page.hpp"

#include <cstddef>
#include <iterator>

#include <fmt/format.h>
#include <aether/migrate/text.hpp>

#include "html.hpp"
#include "page_parts.hpp"
#include "picture.hpp"
#include "time_text.hpp"

namespace aether::server {

namespace {

std::string fact(std::string_view name, std::string_view value) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped(value));
}

std::string standing_text(const Schema& schema) {
    const migrate::Status& status = schema.status;
    if (const auto why = why_not_ready(status))
        return *why;
    if (status.standing == migrate::Standing::ahead)
        return "ahead of this build, which serves on";
    return "up to date";
}

std::string facts(const Schema& schema, const std::vector<Table>& tables) {
    std::size_t keys = 0;
    for (const Table& table : tables)
        keys += table.foreign_keys.size();
    return "<dl class=\"facts\">" + fact("Schema", version_text(schema.status.state)) +
           fact("State", standing_text(schema)) + fact("Tables", std::to_string(tables.size())) +
           fact("Foreign keys", std::to_string(keys)) + "</dl>";
}

std::string pending(const Schema& schema) {
    if (schema.status.pending.empty())
        return {};
    std::string html = "<section id=\"pending\"><h2>Pending</h2><ol>";
    for (const migrate::PendingMigration& migration : schema.status.pending)
        html += fmt::format("<li value=\"{}\">{}</li>", migration.version.number, escaped(migration.title));
    return html + "</ol></section>";
}

std::string history(const Schema& schema) {
    std::string html =
        "<section id=\"history\"><h2>History</h2><div class=\"scroll tall\" tabindex=\"0\"><table><thead><tr>"
        "<th scope=\"col\">Version</th><th scope=\"col\">Migration</th><th scope=\"col\">Event</th>"
        "<th scope=\"col\">When</th><th scope=\"col\">Took</th><th scope=\"col\">By</th></tr></thead><tbody>";
    for (const migrate::HistoryEntry& entry : schema.history) {
        const std::string when = time_text(entry.started_at);
        fmt::format_to(
            std::back_inserter(html),
            "<tr><td class=\"number\">{}</td><td class=\"name\">{}</td>"
            "<td><span class=\"event {}\">{}</span></td><td><time datetime=\"{}\">{} {}</time></td>"
            "<td class=\"number\">{}</td><td>{}</td></tr>",
            to_string(entry.version), escaped(entry.title), migrate::name_of(entry.kind),
            migrate::name_of(entry.kind), when, when.substr(0, 10), when.substr(11, 8),
            migrate::to_text(entry.duration), escaped(entry.client));
    }
    if (schema.history.empty())
        html += "<tr><td colspan=\"6\">Nothing is recorded.</td></tr>";
    return html + "</tbody></table></div></section>";
}

std::string picture(const std::vector<Table>& tables) {
    return "<section id=\"entities\"><h2>Entities</h2><p class=\"hint\">Each box is a table with its keys "
           "and the "
           "number of its columns; each line a foreign key. Choose a table to follow its lines.</p>"
           "<div class=\"scroll\" tabindex=\"0\">" +
           draw_tables(tables) + "</div></section>";
}

std::string columns_of(const Table& table) {
    std::string html = "<table><tbody>";
    for (const Column& column : table.columns) {
        fmt::format_to(std::back_inserter(html),
                       "<tr><td class=\"name\">{}</td><td>{}{}</td><td>{}{}</td></tr>", escaped(column.name),
                       escaped(column.type), column.not_null ? "" : " <i>or null</i>",
                       column.in_primary_key ? "<b>PK</b> " : "", column.in_foreign_key ? "<b>FK</b>" : "");
    }
    return html + "</tbody></table>";
}

std::string list_of(const std::vector<Table>& tables) {
    std::string html = "<section id=\"tables\"><h2>Tables</h2>";
    for (const Table& table : tables) {
        fmt::format_to(std::back_inserter(html), "<details><summary>{}</summary>", escaped(table.name));
        if (!table.comment.empty())
            html += "<p>" + escaped(table.comment) + "</p>";
        html += columns_of(table) + "</details>";
    }
    return html + "</section>";
}

}  // namespace

std::string make_page(const Schema& schema, const std::vector<Table>& tables, std::string_view nonce) {
    std::string html =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Aether: the schema</title>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
    html += fmt::format("<style nonce=\"{}\">{}</style></head><body>", nonce, kStyle);
    html += "<header><h1>Aether</h1><p>The schema of its database, as it is now.</p></header><main>";
    html += facts(schema, tables) + pending(schema) + picture(tables) + history(schema) + list_of(tables);
    html +=
        "</main><footer>This server is the vehicle of Aether's schema: it migrates the database and shows "
        "it. Agents, webhooks and language models are not in it. "
        "The same as data: <a href=\"/schema\">/schema</a>.</footer>";
    return html + fmt::format("<script nonce=\"{}\">{}</script></body></html>\n", nonce, kScript);
}

}  // namespace aether::server
