// SPDX-License-Identifier: MIT
// Making the files of a new migration: paths, directories, and nothing left behind.
#include <aether/migrate/create.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <aether/migrate/error.hpp>

#include "../support/folder.hpp"

namespace aether::migrate {
namespace {

namespace fs = std::filesystem;

void enter(const fs::path& folder) {
    fs::current_path(folder);
    setenv("PWD", folder.c_str(), 1);
}

/// A new, empty working directory, with the variable PWD as a shell would set it. All is as before at the
/// end.
class WorkingDirectory {
public:
    WorkingDirectory() : before_(fs::current_path()), mask_(umask(022)) { enter(path_); }
    WorkingDirectory(const WorkingDirectory&) = delete;
    WorkingDirectory& operator=(const WorkingDirectory&) = delete;
    ~WorkingDirectory() {
        enter(before_);
        umask(mask_);
    }

    fs::path operator/(const fs::path& name) const { return path_ / name; }

    void touch(const fs::path& name) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << "kept";
    }

    /// Returns a path relative to this directory.
    std::string relative(const fs::path& path) const { return path.lexically_relative(path_).string(); }

    /// Returns all paths below, sorted.
    std::vector<std::string> tree() const {
        std::vector<std::string> paths;
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
            paths.push_back(relative(entry.path()));
        }
        std::ranges::sort(paths);
        return paths;
    }

private:
    Folder folder_;
    fs::path path_ = folder_.path();
    fs::path before_;
    mode_t mask_;
};

CreateOptions options_for(std::string directory) {
    CreateOptions options;
    options.name = "x";
    options.extension = "sql";
    options.directory = std::move(directory);
    options.scheme = VersionScheme::sequence;
    return options;
}

ErrorDetails refusal(const CreateOptions& options) {
    try {
        create_migration(options);
    } catch (const Error& error) {
        return error.details();
    }
    ADD_FAILURE() << "not refused";
    return {};
}

using Paths = std::vector<std::string>;

TEST(create, makes_two_empty_files_and_returns_their_absolute_paths) {
    const WorkingDirectory here;
    const Created created = create_migration(options_for(""));

    EXPECT_EQ(created.files, (Paths{here / "000001_x.up.sql", here / "000001_x.down.sql"}));
    EXPECT_TRUE(created.warnings.empty());
    for (const std::string& file : created.files) {
        struct stat facts = {};
        ASSERT_EQ(stat(file.c_str(), &facts), 0);
        EXPECT_EQ(facts.st_size, 0);
        EXPECT_EQ(facts.st_mode & 07777, 0644U);
    }
}

TEST(create, takes_every_form_of_a_directory) {
    const WorkingDirectory here;
    here.touch("q/z/keep");
    const std::string absolute = (here / "abs" / "m").string();
    const std::vector<std::pair<std::string, std::string>> forms{{".", ""},
                                                                 {"./", ""},
                                                                 {"m", "m/"},
                                                                 {"m2/", "m2/"},
                                                                 {"a/b/c", "a/b/c/"},
                                                                 {"./q", "q/"},
                                                                 {"q/../r", "r/"},
                                                                 {"q/./z//", "q/z/"},
                                                                 {absolute, "abs/m/"},
                                                                 {"q/../q/z/../z/n", "q/z/n/"}};

    for (const auto& [form, folder] : forms) {
        EXPECT_EQ(here.relative(create_migration(options_for(form)).files.front()),
                  folder + (form == "./" ? "000002_x.up.sql" : "000001_x.up.sql"))
            << form;
    }
}

TEST(create, takes_the_directory_above) {
    const WorkingDirectory here;
    here.touch("m/keep");
    enter(here / "m");

    EXPECT_EQ(create_migration(options_for("..")).files.front(), here / "000001_x.up.sql");
    EXPECT_EQ(create_migration(options_for("../n")).files.front(), here / "n" / "000001_x.up.sql");
}

TEST(create, makes_directories_by_the_mask_of_the_process) {
    const WorkingDirectory here;
    umask(027);

    create_migration(options_for("a/b"));

    struct stat facts = {};
    ASSERT_EQ(stat("a/b", &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0750U);
}

TEST(create, takes_glob_characters_of_the_directory_as_they_are) {
    const WorkingDirectory here;
    here.touch("mm/000003_a.up.sql");

    EXPECT_EQ(create_migration(options_for("m*")).files.front(), here / "m*" / "000001_x.up.sql");
    EXPECT_EQ(create_migration(options_for("[")).files.front(), here / "[" / "000001_x.up.sql");
}

TEST(create, goes_through_symbolic_links_and_keeps_their_names) {
    const WorkingDirectory here;
    fs::create_directory("real");
    fs::create_directory_symlink("real", "link");
    enter(here / "link");

    EXPECT_EQ(create_migration(options_for("")).files.front(), here / "link" / "000001_x.up.sql");
    EXPECT_TRUE(fs::exists(here / "real" / "000001_x.up.sql"));
}

TEST(create, does_not_believe_a_pwd_of_another_directory) {
    const WorkingDirectory here;
    setenv("PWD", "/", 1);

    EXPECT_EQ(create_migration(options_for("")).files.front(), here / "000001_x.up.sql");
}

TEST(create, follows_the_numbers_in_the_directory) {
    const WorkingDirectory here;
    here.touch("m/000041_a.up.sql");
    here.touch("m/9_b.up.sql");

    EXPECT_EQ(create_migration(options_for("m")).files.back(), here / "m" / "000042_x.down.sql");
}

TEST(create, writes_the_time_in_the_zone_that_is_asked_for) {
    const WorkingDirectory here;
    CreateOptions options = options_for("");
    options.scheme = VersionScheme::timestamp;
    options.time_format = "2006010215";
    options.now = std::chrono::system_clock::from_time_t(1795412685);

    EXPECT_EQ(create_migration(options).files.front(), here / "2026112305_x.up.sql");
}

TEST(create, hands_on_the_warnings) {
    const WorkingDirectory here;
    CreateOptions options = options_for("");
    options.scheme = VersionScheme::timestamp;
    options.time_format = "abc";

    EXPECT_EQ(create_migration(options).warnings.size(), 1U);
}

TEST(create, refuses_a_missing_extension_before_all_else) {
    const WorkingDirectory here;
    CreateOptions options = options_for("");
    options.extension = "";
    options.time_zone = "Mars/Base";

    const ErrorDetails details = refusal(options);

    EXPECT_EQ(details.code, ErrorCode::invalid_argument);
    EXPECT_EQ(details.message, "-ext flag must be specified");
}

TEST(create, refuses_an_unknown_zone_even_for_a_sequence) {
    const WorkingDirectory here;
    CreateOptions options = options_for("new");
    options.time_zone = "Mars/Base";

    const ErrorDetails details = refusal(options);

    EXPECT_EQ(details.code, ErrorCode::invalid_argument);
    EXPECT_EQ(details.message, "unknown time zone Mars/Base");
    EXPECT_TRUE(here.tree().empty());
}

TEST(create, leaves_no_directory_behind_when_the_options_are_wrong) {
    const WorkingDirectory here;
    CreateOptions options = options_for("a/b");
    options.name = "x/y";

    refusal(options);

    EXPECT_TRUE(here.tree().empty());
}

TEST(create, finds_wrong_options_before_it_looks_at_the_directory) {
    const WorkingDirectory here;
    here.touch("f");
    CreateOptions options = options_for("f/g");
    options.digits = 0;

    EXPECT_EQ(refusal(options).message, "digits must be positive");
}

TEST(create, refuses_a_taken_version_and_changes_nothing) {
    const WorkingDirectory here;
    here.touch("m/0077_a.up.txt");
    CreateOptions options = options_for("m");
    options.scheme = VersionScheme::timestamp;
    options.time_format = "77";

    const ErrorDetails details = refusal(options);

    EXPECT_EQ(details.message, "duplicate migration version: 77");
    EXPECT_EQ(here.tree(), (Paths{"m", "m/0077_a.up.txt"}));
}

TEST(create, never_writes_over_a_file) {
    const WorkingDirectory here;
    here.touch("m/77_x.up.sql");
    CreateOptions options = options_for("m");
    options.scheme = VersionScheme::timestamp;
    options.time_format = "77";

    refusal(options);

    std::string text;
    std::ifstream("m/77_x.up.sql") >> text;
    EXPECT_EQ(text, "kept");
}

TEST(create, removes_what_it_made_when_the_second_file_fails) {
    const WorkingDirectory here;
    // The down file's name is one byte longer than a name may be, the up file's fits.
    CreateOptions options = options_for("a/b");
    options.name = std::string(255 - std::string("000001_.down.sql").size() + 1, 'n');

    const ErrorDetails details = refusal(options);

    EXPECT_EQ(details.code, ErrorCode::source_unusable);
    EXPECT_EQ(details.message, "open a/b/000001_" + options.name + ".down.sql: file name too long");
    EXPECT_TRUE(here.tree().empty());
}

TEST(create, keeps_the_directories_that_were_there_when_a_file_fails) {
    const WorkingDirectory here;
    here.touch("a/keep");
    CreateOptions options = options_for("a/b");
    options.name = std::string(300, 'n');

    refusal(options);

    EXPECT_EQ(here.tree(), (Paths{"a", "a/keep"}));
}

TEST(create, refuses_a_directory_that_is_a_file) {
    const WorkingDirectory here;
    here.touch("f");

    const ErrorDetails details = refusal(options_for("f"));

    EXPECT_EQ(details.code, ErrorCode::source_unusable);
    EXPECT_EQ(details.message, "mkdir f: not a directory");
    EXPECT_EQ(refusal(options_for("f/g")).message, "mkdir f: not a directory");
}

TEST(create, refuses_a_dangling_link_and_a_zero_byte_as_directory) {
    const WorkingDirectory here;
    fs::create_symlink("nowhere", "link");

    EXPECT_EQ(refusal(options_for("link")).message, "mkdir link: file exists");
    EXPECT_EQ(refusal(options_for(std::string("a\0b", 3))).message, "mkdir \"a\\x00b\": invalid argument");
    EXPECT_EQ(here.tree(), Paths{"link"});
}

TEST(create, gives_every_one_of_many_at_a_time_a_number_of_its_own) {
    const WorkingDirectory here;
    constexpr std::size_t kThreads = 8;
    constexpr std::size_t kEach = 8;
    std::latch start(kThreads);
    std::vector<std::vector<std::string>> numbers(kThreads);
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (std::size_t index = 0; index < kThreads; ++index) {
            threads.emplace_back([&start, &mine = numbers[index], index] {
                CreateOptions options = options_for("m");
                options.name = "t" + std::to_string(index);
                start.arrive_and_wait();
                while (mine.size() < kEach) {
                    mine.push_back(
                        fs::path(create_migration(options).files.front()).filename().string().substr(0, 6));
                }
            });
        }
    }

    std::set<std::string> all;
    for (const std::vector<std::string>& mine : numbers) {
        all.insert(mine.begin(), mine.end());
    }

    EXPECT_EQ(all.size(), kThreads * kEach);
    EXPECT_EQ(*all.rbegin(), "000064");
}

}  // namespace
}  // namespace aether::migrate
