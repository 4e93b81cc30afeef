// SPDX-License-Identifier: MIT
// The parts of fmt that are no templates, compiled once and into our files: its shared library is one more
// file to load at every start, and its header-only form puts 10 KB of them into each object file.
#include <fmt/format-inl.h>

// What fmt's headers declare and leave to the one file that has format-inl.h to instantiate.
template auto fmt::detail::locale_ref::get<std::locale>() const -> std::locale;
template auto fmt::detail::thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto fmt::detail::decimal_point_impl<char>(locale_ref) -> char;
