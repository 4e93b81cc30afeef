// SPDX-License-Identifier: MIT
// The source that reads a directory: its names, its entries, its refusals.
#include "../../sources/directory/directory_source.hpp"

#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../sources/all.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::sources {
namespace {

namespace fs = std::filesystem;

// Every test works inside a directory of its own, which is the working directory meanwhile.
class DirectorySourceTest : public testing::Test {
public:
    DirectorySourceTest() : before_(fs::current_path()) { fs::current_path(root_); }
    ~DirectorySourceTest() override {
        fs::current_path(before_);
        // A directory without permissions can't be emptied by an ordinary user.
        std::error_code ignored;
        fs::permissions(root_ / "m", fs::perms::owner_all, ignored);
    }
    DirectorySourceTest(const DirectorySourceTest&) = delete;
    DirectorySourceTest& operator=(const DirectorySourceTest&) = delete;

    const fs::path& root() const { return root_; }

private:
    fs::path before_;
    Folder folder_;
    fs::path root_ = folder_.path();
};

void write(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

// Makes a directory whose only file tells it apart: NAME.up.sql, listed as such.
void make_marked(const fs::path& path, const std::string& mark) {
    fs::create_directories(path);
    write(path / mark, "");
}

// Returns name -> problem.
std::map<std::string, std::string> list(spi::Source& source) {
    std::map<std::string, std::string> files;
    for (const spi::SourceFile& file : source.list()) {
        files[file.name] = file.problem;
    }
    return files;
}

std::string mark_of(const std::unique_ptr<spi::Source>& source) {
    return source->list().at(0).name;
}

template <typename Action>
ErrorDetails refusal(const Action& action) {
    try {
        (void)action();
    } catch (const Error& error) {
        return error.details();
    }
    ADD_FAILURE() << "no refusal";
    return {};
}

// File permissions mean nothing to root; the file system user does not need to be.
class WithoutRoot {
public:
    WithoutRoot() : before_(::setfsuid(65534)) {}
    ~WithoutRoot() { ::setfsuid(static_cast<uid_t>(before_)); }
    WithoutRoot(const WithoutRoot&) = delete;
    WithoutRoot& operator=(const WithoutRoot&) = delete;

private:
    int before_;
};

TEST_F(DirectorySourceTest, reads_all_forms_of_a_file_url) {
    make_marked("m", "here");
    make_marked("m/sub dir", "sub");
    const std::string absolute = (root() / "m").string();

    EXPECT_EQ(mark_of(open_directory_url("file://m/sub%20dir")), "sub");
    fs::remove_all("m/sub dir");
    for (const std::string& url :
         {std::string("file://m"), std::string("file://m/"), std::string("file://./m"), std::string("file:m"),
          std::string("file:./m"), "file://" + absolute, "file:" + absolute, std::string("FILE://m"),
          std::string("file://m?x=1#f"), std::string("file://m?a;b"), std::string("file://m#%zz"),
          std::string("file://bob:s3cret@m"), std::string("file://a@b@m")}) {
        EXPECT_EQ(mark_of(open_directory_url(url)), "here") << url;
    }
}

TEST_F(DirectorySourceTest, reads_the_parent_of_the_working_directory) {
    make_marked("m", "here");
    fs::create_directory("work");
    fs::current_path("work");

    EXPECT_EQ(mark_of(open_directory_url("file://../m")), "here");
}

TEST_F(DirectorySourceTest, takes_an_empty_url_as_the_working_directory) {
    write("here", "");

    EXPECT_EQ(mark_of(open_directory_url("file://")), "here");
    EXPECT_EQ(mark_of(open_directory_url("file:")), "here");
    EXPECT_EQ(mark_of(open_directory_url("file://?x=1")), "here");
    EXPECT_EQ(open_directory_url("file://")->describe(), ".");
}

TEST_F(DirectorySourceTest, keeps_ports_brackets_and_encoded_letters_of_the_host_part) {
    make_marked("m:1", "port");
    make_marked("[::1]", "brackets");
    make_marked("größe", "letters");

    EXPECT_EQ(mark_of(open_directory_url("file://m:1")), "port");
    EXPECT_EQ(mark_of(open_directory_url("file://[::1]")), "brackets");
    EXPECT_EQ(mark_of(open_directory_url("file://gr%C3%B6%C3%9Fe")), "letters");
}

TEST_F(DirectorySourceTest, decodes_no_opaque_url) {
    make_marked("a%20b", "raw");

    EXPECT_EQ(mark_of(open_directory_url("file:a%20b")), "raw");
}

TEST_F(DirectorySourceTest, refuses_urls_that_do_not_parse) {
    EXPECT_EQ(refusal([] { return open_directory_url("file://m:x"); }).message,
              R"(parse "file://m:x": invalid port ":x" after host)");
    EXPECT_EQ(refusal([] { return open_directory_url("file://my dir"); }).message,
              R"(parse "file://my dir": invalid character " " in host name)");
    EXPECT_EQ(refusal([] { return open_directory_url("file://a%20b"); }).message,
              R"(parse "file://a%20b": invalid URL escape "%20")");
    EXPECT_EQ(refusal([] { return open_directory_url("file:///p%zz"); }).code, ErrorCode::invalid_url);
}

TEST_F(DirectorySourceTest, takes_a_path_as_it_is) {
    for (const std::string name : {"my dir", "what?", "a#b", "a@b", "m:x", "50%", "%20", "a;b&c", "file:m"}) {
        make_marked(name, "mark of " + name);
    }
    for (const std::string name : {"my dir", "what?", "a#b", "a@b", "m:x", "50%", "%20", "a;b&c", "file:m"}) {
        EXPECT_EQ(mark_of(open_directory(name)), "mark of " + name);
        EXPECT_EQ(open_directory(name)->describe(), name);
        EXPECT_EQ(mark_of(open_directory((root() / name).string())), "mark of " + name);
    }
}

TEST_F(DirectorySourceTest, accepts_paths_that_golang_migrate_decoded_or_cut) {
    make_marked("my dir", "decoded");
    make_marked("m", "cut");

    EXPECT_EQ(mark_of(open_directory("./my%20dir")), "decoded");
    EXPECT_EQ(mark_of(open_directory("./m?x=1")), "cut");
    EXPECT_EQ(mark_of(open_directory("./m#f")), "cut");
    EXPECT_EQ(mark_of(open_directory("./my%20dir?x")), "decoded");
    EXPECT_EQ(open_directory("./my%20dir")->describe(), "./my dir");
}

TEST_F(DirectorySourceTest, prefers_the_path_as_written) {
    make_marked("a b", "decoded");
    make_marked("a%20b", "written");

    EXPECT_EQ(mark_of(open_directory("a%20b")), "written");
}

TEST_F(DirectorySourceTest, names_a_missing_directory_as_it_was_written) {
    const ErrorDetails details = refusal([] { return open_directory("no%20such?dir"); });

    EXPECT_EQ(details.code, ErrorCode::source_unusable);
    EXPECT_EQ(details.message, "open no%20such?dir: no such file or directory (file does not exist)");
    EXPECT_EQ(details.hint, "the path is relative to " + root().string());
    EXPECT_EQ(details.next, "check -path or MIGRATIONS_PATH");
    EXPECT_EQ(refusal([] { return open_directory_url("file:///no/such"); }).message,
              "open /no/such: no such file or directory (file does not exist)");
    EXPECT_EQ(refusal([] { return open_directory_url("file:///no/such"); }).hint, "");
}

TEST_F(DirectorySourceTest, shows_no_user_part_of_a_missing_directory) {
    EXPECT_EQ(refusal([] { return open_directory_url("file://bob:tok3n@x/nope"); }).message,
              "open x/nope: no such file or directory (file does not exist)");
}

TEST_F(DirectorySourceTest, refuses_what_is_no_directory) {
    write("file", "");
    fs::create_symlink("loop", "loop");

    EXPECT_EQ(refusal([] { return open_directory("file"); }).message, "open file: not a directory");
    EXPECT_EQ(refusal([] { return open_directory("file/m"); }).message, "open file/m: not a directory");
    EXPECT_EQ(refusal([] { return open_directory("loop"); }).message,
              "open loop: too many levels of symbolic links");
    EXPECT_EQ(refusal([] { return open_directory(std::string_view("m\0x", 3)); }).message,
              "the path of the migrations holds a zero byte");
}

TEST_F(DirectorySourceTest, refuses_an_unreadable_directory) {
    fs::create_directory("m");
    fs::permissions("m", fs::perms::none);

    const WithoutRoot guard;

    EXPECT_EQ(refusal([] { return open_directory("m"); }).message, "open m: permission denied");
}

TEST_F(DirectorySourceTest, lists_files_of_any_name_and_no_directories) {
    write("1_a.up.sql", "");
    write("README.md", "");
    fs::create_directory("2_b.up.sql");

    EXPECT_EQ(list(*open_directory(".")),
              (std::map<std::string, std::string>{{"1_a.up.sql", ""}, {"README.md", ""}}));
}

TEST_F(DirectorySourceTest, follows_symbolic_links_to_files) {
    write("target", "select 1;");
    fs::create_symlink("target", "1_a.up.sql");

    const auto source = open_directory(".");

    EXPECT_EQ(list(*source)["1_a.up.sql"], "");
    EXPECT_EQ(source->read("1_a.up.sql", 0, 100), "select 1;");
}

TEST_F(DirectorySourceTest, tells_what_can_not_be_read) {
    fs::create_directory("folder");
    fs::create_symlink("nowhere", "1_dangling.up.sql");
    fs::create_symlink("2_loop.up.sql", "2_loop.up.sql");
    fs::create_symlink("folder", "3_folder.up.sql");
    ASSERT_EQ(::mkfifo("4_pipe.up.sql", 0600), 0);
    fs::create_symlink("4_pipe.up.sql", "5_to_pipe.up.sql");
    fs::create_symlink("/dev/null", "6_device.up.sql");
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{AF_UNIX, "7_socket.up.sql"};
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(socket);

    const std::map<std::string, std::string> files = list(*open_directory("."));

    EXPECT_EQ(files,
              (std::map<std::string, std::string>{{"1_dangling.up.sql", "dangling symbolic link"},
                                                  {"2_loop.up.sql", "a loop of symbolic links"},
                                                  {"3_folder.up.sql", "a symbolic link to a directory"},
                                                  {"4_pipe.up.sql", "a named pipe"},
                                                  {"5_to_pipe.up.sql", "a symbolic link to a named pipe"},
                                                  {"6_device.up.sql", "a symbolic link to a device"},
                                                  {"7_socket.up.sql", "a socket"}}));
}

TEST_F(DirectorySourceTest, reads_in_pieces) {
    write("f", "abcdef");
    const auto source = open_directory(".");

    EXPECT_EQ(source->read("f", 0, 4), "abcd");
    EXPECT_EQ(source->read("f", 4, 4), "ef");
    EXPECT_EQ(source->read("f", 0, 6), "abcdef");
    EXPECT_EQ(source->read("f", 6, 4), "");
    EXPECT_EQ(source->read("f", 100, 4), "");
    EXPECT_EQ(source->read("f", 2, 0), "");
}

TEST_F(DirectorySourceTest, reads_a_large_file_to_its_end) {
    std::string bytes(300000, 'a');
    bytes.back() = 'z';
    write("f", bytes);

    EXPECT_EQ(open_directory(".")->read("f", 0, 1U << 30U), bytes);
}

TEST_F(DirectorySourceTest, reads_files_whose_size_the_file_system_does_not_know) {
    // /proc gives 0 as the size of every file.
    EXPECT_NE(open_directory("/proc/self")->read("status", 0, 100000).find("VmRSS"), std::string::npos);
    EXPECT_EQ(open_directory("/proc/self")->read("status", 0, 5), "Name:");
}

TEST_F(DirectorySourceTest, refuses_files_that_can_not_be_read) {
    write("f", "");
    fs::permissions("f", fs::perms::none);
    ASSERT_EQ(::mkfifo("pipe", 0666), 0);
    fs::create_directory("m");
    const auto source = open_directory(".");

    EXPECT_EQ(refusal([&] { return source->read("gone", 0, 1); }).message,
              "open gone: no such file or directory");
    EXPECT_EQ(refusal([&] { return source->read("m", 0, 1); }).message, "read m: is a directory");
    EXPECT_EQ(refusal([&] { return source->read("pipe", 0, 1); }).message, "read pipe: is a named pipe");
    const WithoutRoot guard;
    EXPECT_EQ(refusal([&] { return source->read("f", 0, 1); }).message, "open f: permission denied");
    EXPECT_EQ(refusal([&] { return source->read("f", 0, 1); }).code, ErrorCode::source_unusable);
    EXPECT_EQ(refusal([&] { return source->read("f", 0, 1); }).where.file, "f");
}

TEST_F(DirectorySourceTest, names_files_with_the_directory_as_written) {
    fs::create_directories("m/sub");

    EXPECT_EQ(open_directory("m")->path_of("f"), "m/f");
    EXPECT_EQ(open_directory("m/")->path_of("f"), "m/f");
    EXPECT_EQ(open_directory("./m/sub")->path_of("f"), "./m/sub/f");
    EXPECT_EQ(open_directory(".")->path_of("f"), "f");
    EXPECT_EQ(open_directory("m/")->describe(), "m/");
    EXPECT_EQ(open_directory_url("file://./m")->describe(), "./m");
}

TEST_F(DirectorySourceTest, keeps_its_directory_when_the_process_changes_its_own) {
    make_marked("m", "f");
    fs::create_directory("elsewhere");
    const auto source = open_directory("m");

    fs::current_path("elsewhere");

    EXPECT_EQ(mark_of(source), "f");
    EXPECT_EQ(source->read("f", 0, 1), "");
}

TEST_F(DirectorySourceTest, sees_files_that_came_after_opening) {
    fs::create_directory("m");
    const auto source = open_directory("m");
    EXPECT_TRUE(source->list().empty());

    write("m/f", "");

    EXPECT_EQ(mark_of(source), "f");
}

TEST_F(DirectorySourceTest, is_in_the_list_of_all_sources) {
    const auto sources = all_sources();
    const auto found = std::ranges::find(sources, std::string_view("directory"), &spi::SourceInfo::name);

    ASSERT_NE(found, sources.end());
    EXPECT_EQ(std::vector<std::string_view>(found->schemes.begin(), found->schemes.end()),
              std::vector<std::string_view>{"file"});
    EXPECT_EQ(found->open("file://.")->describe(), ".");
}

}  // namespace
}  // namespace aether::migrate::sources
