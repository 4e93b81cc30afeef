// SPDX-License-Identifier: MIT
// Tables and their foreign keys as a picture.
#include "picture.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "html.hpp"
#include "layout.hpp"

namespace aether::server {

namespace {

// All in pixels of the picture's own scale.
constexpr int kBoxWidth = 232;
constexpr int kRow = 20;
constexpr int kHead = 30;
constexpr int kFoot = 8;
constexpr int kAcross = 92;  // between columns
constexpr int kDown = 22;    // between boxes of a column
constexpr int kMargin = 16;
constexpr std::size_t kLongestName = 25;

/// The box of one table.
struct Box {
    int x = 0;
    int y = 0;
    int height = 0;
    std::vector<const Column*> rows;  // its keys
};

std::string shortened(const std::string& name) {
    return name.size() <= kLongestName ? name : name.substr(0, kLongestName - 1) + "…";
}

Box make_box(const Table& table) {
    Box box;
    for (const Column& column : table.columns) {
        if (column.in_primary_key || column.in_foreign_key)
            box.rows.push_back(&column);
    }
    box.height = kHead + kRow * static_cast<int>(box.rows.size()) + kFoot;
    return box;
}

int height_of(const std::vector<std::size_t>& column, const std::vector<Box>& boxes) {
    int height = -kDown;
    for (const std::size_t table : column)
        height += boxes[table].height + kDown;
    return height;
}

// Shorter columns stand in the middle of the highest one. Returns the picture's height.
int place_boxes(const std::vector<std::vector<std::size_t>>& columns, std::vector<Box>& boxes) {
    int highest = 0;
    for (const auto& column : columns)
        highest = std::max(highest, height_of(column, boxes));
    int x = kMargin;
    for (const auto& column : columns) {
        int y = kMargin + (highest - height_of(column, boxes)) / 2;
        for (const std::size_t table : column) {
            boxes[table].x = x;
            boxes[table].y = y;
            y += boxes[table].height + kDown;
        }
        x += kBoxWidth + kAcross;
    }
    return highest + 2 * kMargin;
}

int row_middle(const Box& box, std::string_view name) {
    const auto row = std::ranges::find(box.rows, name, [](const Column* column) { return column->name; });
    return box.y + kHead + kRow * static_cast<int>(row - box.rows.begin()) + kRow / 2;
}

std::string line_between(const Box& from, const Box& to, const ForeignKey& key) {
    const int start_y = row_middle(from, key.columns.front());
    const int end_y = to.y + kHead / 2;
    if (from.x <= to.x) {  // to itself, or back in a circle: around on the right
        const int start_x = from.x + kBoxWidth;
        const int end_x = to.x + kBoxWidth;
        const int out = std::max(start_x, end_x) + kAcross / 2;
        return fmt::format("M{} {}C{} {} {} {} {} {}", start_x, start_y, out, start_y, out, end_y, end_x,
                           end_y);
    }
    const int end_x = to.x + kBoxWidth;
    const int bend = std::max(kAcross / 2, (from.x - end_x) / 2);
    return fmt::format("M{} {}C{} {} {} {} {} {}", from.x, start_y, from.x - bend, start_y, end_x + bend,
                       end_y, end_x, end_y);
}

void draw_box(std::string& svg, const Table& table, const Box& box) {
    auto out = std::back_inserter(svg);
    const std::string name = escaped(table.name);
    fmt::format_to(out, "<g class=\"table\" tabindex=\"0\" data-table=\"{}\"><title>{}{}{}</title>", name,
                   name, table.comment.empty() ? "" : ": ", escaped(table.comment));
    fmt::format_to(out, R"(<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="6"/>)", box.x, box.y,
                   kBoxWidth, box.height);
    fmt::format_to(out, R"(<text class="name" x="{}" y="{}">{}</text>)", box.x + 10, box.y + 20,
                   escaped(shortened(table.name)));
    fmt::format_to(out, R"(<text class="count" x="{}" y="{}">{}</text>)", box.x + kBoxWidth - 10, box.y + 20,
                   table.columns.size());
    for (const Column* column : box.rows) {
        const int y = row_middle(box, column->name) + 4;
        fmt::format_to(out, R"(<text class="mark" x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text>)",
                       box.x + 10, y, column->in_primary_key ? "PK" : "FK", box.x + 36, y,
                       escaped(shortened(column->name)));
    }
    svg += "</g>";
}

}  // namespace

std::string draw_tables(const std::vector<Table>& tables) {
    std::vector<Box> boxes;
    std::map<std::string_view, std::size_t> index_of;
    for (const Table& table : tables) {
        index_of.emplace(table.name, boxes.size());
        boxes.push_back(make_box(table));
    }
    const auto columns = arrange(tables);
    const int height = place_boxes(columns, boxes);
    const int width = 2 * kMargin + static_cast<int>(columns.size()) * (kBoxWidth + kAcross) - kAcross / 2;
    std::string svg = fmt::format(
        R"(<svg id="picture" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="tables and their foreign keys">)",
        width, height);
    for (std::size_t from = 0; from < tables.size(); ++from) {
        for (const ForeignKey& key : tables[from].foreign_keys) {
            const auto to = index_of.find(key.target);
            if (to == index_of.end())
                continue;
            fmt::format_to(std::back_inserter(svg),
                           R"(<path class="link" data-from="{}" data-to="{}" d="{}"/>)",
                           escaped(tables[from].name), escaped(key.target),
                           line_between(boxes[from], boxes[to->second], key));
        }
    }
    for (std::size_t table = 0; table < tables.size(); ++table)
        draw_box(svg, tables[table], boxes[table]);
    return svg + "</svg>";
}

}  // namespace aether::server
