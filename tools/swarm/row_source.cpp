#include "tools/swarm/row_source.hpp"

#include <utility>

namespace tributary::load {

namespace {

class pattern_source final : public row_source {
public:
  pattern_source(uint32_t columns, uint64_t seed)
      : charts_(pattern_charts(columns)), pattern_(columns, seed) {
    // nop
  }

  const std::vector<chart_ptr>& charts() const override {
    return charts_;
  }

  void next(frame_row& row) override {
    pattern_.next(row);
  }

private:
  std::vector<chart_ptr> charts_;
  pattern pattern_;
};

class replay_source final : public row_source {
public:
  replay_source(std::shared_ptr<const row_set> rows, uint64_t first)
      : rows_(std::move(rows)), at_(first % rows_->rows.size()) {
    // nop
  }

  const std::vector<chart_ptr>& charts() const override {
    return rows_->charts;
  }

  void next(frame_row& row) override {
    row = rows_->rows[at_];
    at_ = (at_ + 1) % rows_->rows.size();
  }

private:
  std::shared_ptr<const row_set> rows_;
  size_t at_;
};

} // namespace

row_source::~row_source() = default;

row_source_ptr make_pattern_source(uint32_t columns, uint64_t seed) {
  return std::make_unique<pattern_source>(columns, seed);
}

row_source_ptr make_replay_source(std::shared_ptr<const row_set> rows,
                                  uint64_t first) {
  return std::make_unique<replay_source>(std::move(rows), first);
}

} // namespace tributary::load
