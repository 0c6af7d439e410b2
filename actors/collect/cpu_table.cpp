#include "actors/collect/cpu_table.hpp"

#include "actors/collect/kernel_text.hpp"

namespace tributary {

bool cpu_table::note(std::string_view line, size_t column_count_min) {
  numbers_.clear();
  word_reader words{line};
  while (auto word = words.next()) {
    auto number = parse_hex(*word);
    if (!number || numbers_.size() == column_count_max)
      return false;
    numbers_.push_back(*number);
  }
  if (numbers_.size() < column_count_min || line_count_ == line_count_max)
    return false;
  if (lines_.size() == line_count_)
    lines_.emplace_back();
  auto& cells = lines_[line_count_++];
  if (cells.size() < numbers_.size())
    cells.resize(numbers_.size());
  for (size_t i = 0; i < numbers_.size(); ++i)
    add_checked(cells[i].total, cells[i].counter.step(numbers_[i]));
  return true;
}

int64_t cpu_table::total(size_t line, size_t column) const noexcept {
  return line < lines_.size() && column < lines_[line].size()
             ? lines_[line][column].total
             : 0;
}

int64_t cpu_table::total(size_t column) const noexcept {
  int64_t result = 0;
  for (size_t i = 0; i < lines_.size(); ++i)
    add_checked(result, total(i, column));
  return result;
}

} // namespace tributary
