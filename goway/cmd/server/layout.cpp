// SPDX-License-Identifier: MIT
// Where the boxes of a picture stand: columns by who refers to whom.
#include "layout.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace aether::server {

namespace {

using Indices = std::vector<std::size_t>;

constexpr int kSweeps = 8;
constexpr std::size_t kLoneInColumn = 8;

/// Who refers to whom, by index; references to oneself and to tables that are not there are left out.
struct Graph {
    std::vector<Indices> targets;
    std::vector<Indices> neighbours;  // both ways
};

Graph make_graph(const std::vector<Table>& tables) {
    std::map<std::string_view, std::size_t> index_of;
    for (std::size_t index = 0; index < tables.size(); ++index)
        index_of.emplace(tables[index].name, index);
    Graph graph{std::vector<Indices>(tables.size()), std::vector<Indices>(tables.size())};
    for (std::size_t from = 0; from < tables.size(); ++from) {
        for (const ForeignKey& key : tables[from].foreign_keys) {
            const auto to = index_of.find(key.target);
            if (to == index_of.end() || to->second == from)
                continue;
            graph.targets[from].push_back(to->second);
            graph.neighbours[from].push_back(to->second);
            graph.neighbours[to->second].push_back(from);
        }
    }
    return graph;
}

/// The longest way along references from each table; a reference back into the way counts for nothing.
class Depths {
public:
    explicit Depths(const Graph& graph)
        : graph_(graph), depth_(graph.targets.size(), 0), state_(graph.targets.size(), State::unseen) {
        for (std::size_t table = 0; table < depth_.size(); ++table)
            visit(table);
    }

    std::size_t of(std::size_t table) const { return depth_[table]; }

private:
    enum class State { unseen, under_way, known };

    void visit(std::size_t table) {
        if (state_[table] != State::unseen)
            return;
        state_[table] = State::under_way;
        for (const std::size_t target : graph_.targets[table]) {
            visit(target);
            if (state_[target] == State::known)
                depth_[table] = std::max(depth_[table], depth_[target] + 1);
        }
        state_[table] = State::known;
    }

    const Graph& graph_;
    Indices depth_;
    std::vector<State> state_;
};

/// Each table's place from the top, from 0 to 1, whatever the height of its column.
std::vector<double> places(const std::vector<Indices>& columns, std::size_t count) {
    std::vector<double> place(count, 0);
    for (const Indices& column : columns) {
        for (std::size_t row = 0; row < column.size(); ++row)
            place[column[row]] = (static_cast<double>(row) + 0.5) / static_cast<double>(column.size());
    }
    return place;
}

// Tables move to the middle of those that they have to do with; a few sweeps take most crossings away.
void untangle(std::vector<Indices>& columns, const Graph& graph) {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
        for (Indices& column : columns) {
            const std::vector<double> place = places(columns, graph.targets.size());
            std::vector<double> wish = place;
            for (const std::size_t table : column) {
                double sum = 0;
                for (const std::size_t neighbour : graph.neighbours[table])
                    sum += place[neighbour];
                if (!graph.neighbours[table].empty())
                    wish[table] = sum / static_cast<double>(graph.neighbours[table].size());
            }
            // Not stable_sort: clang 19 warns of what libstdc++ 12 makes it of.
            std::ranges::sort(column, {},
                              [&](std::size_t table) { return std::pair(wish[table], place[table]); });
        }
    }
}

}  // namespace

std::vector<std::vector<std::size_t>> arrange(const std::vector<Table>& tables) {
    const Graph graph = make_graph(tables);
    const Depths depths(graph);
    std::vector<Indices> columns;
    Indices lone;
    for (std::size_t table = 0; table < tables.size(); ++table) {
        if (graph.neighbours[table].empty()) {
            lone.push_back(table);
            continue;
        }
        columns.resize(std::max(columns.size(), depths.of(table) + 1));
        columns[depths.of(table)].push_back(table);
    }
    untangle(columns, graph);
    for (std::size_t first = 0; first < lone.size(); first += kLoneInColumn) {
        const std::size_t last = std::min(lone.size(), first + kLoneInColumn);
        columns.emplace_back(lone.begin() + static_cast<std::ptrdiff_t>(first),
                             lone.begin() + static_cast<std::ptrdiff_t>(last));
    }
    return columns;
}

}  // namespace aether::server
