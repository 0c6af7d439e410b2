#include "tests/bench/codec_figures.hpp"

#include "tests/bench/figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

/// Repetitions until about so many samples were handled.
constexpr uint64_t samples_wanted = 20'000'000;

host_lane fresh_lane(const row_set& rows) {
  return {load_host(0, first_tick % 600), rows.charts};
}

std::vector<frame_ptr> seal_all(const row_set& rows) {
  auto lane = fresh_lane(rows);
  std::vector<frame_ptr> result;
  auto t = first_tick;
  for (auto& row : rows.rows)
    result.push_back(lane.seal(t++, row));
  return result;
}

/// Nanoseconds of CPU a sample.
template <class F>
double ns_per_sample(const row_set& rows, F once) {
  auto count = samples_wanted / rows.samples + 1;
  once(); // warm
  auto begin = thread_cpu_seconds();
  for (uint64_t i = 0; i < count; ++i)
    once();
  return (thread_cpu_seconds() - begin) * 1e9
         / static_cast<double>(count * rows.samples);
}

void open_all(const std::vector<frame_ptr>& frames) {
  for (auto& x : frames)
    if (!frame::open(x->sealed()))
      fail("a frame can't be opened");
}

void decode_all(const std::vector<frame_ptr>& frames, const roster& columns) {
  frame_chain chain;
  frame_row row;
  for (auto& x : frames)
    if (auto error = open_row(*x, columns, chain, row))
      fail(to_text(error));
}

} // namespace

void print_codec_figures(const std::string& name, const row_set& rows) {
  auto frames = seal_all(rows);
  auto lane = fresh_lane(rows);
  size_t bytes = 0;
  for (auto& x : frames)
    bytes += x->sealed().size();
  auto print = [&](const char* what, double value) {
    print_figure((name + what).c_str(), value);
  };
  print("encode_ns_per_sample", ns_per_sample(rows, [&] { seal_all(rows); }));
  print("open_ns_per_sample", ns_per_sample(rows, [&] { open_all(frames); }));
  print("decode_ns_per_sample",
        ns_per_sample(rows, [&] { decode_all(frames, lane.columns_of()); }));
  print("bytes_per_sample",
        static_cast<double>(bytes) / static_cast<double>(rows.samples));
}

} // namespace tributary::bench
