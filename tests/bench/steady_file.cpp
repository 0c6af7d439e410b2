#include "tests/bench/steady_file.hpp"

#include <filesystem>
#include <optional>

#include "store/tables.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

constexpr uint32_t window_seconds = 600;
constexpr uint32_t windows = 100;
constexpr uint32_t windows_kept = 16;

/// A reader that is slow comes every so many windows and stays so many commits.
constexpr uint32_t slow_every_windows = 10;
constexpr uint32_t slow_commits = 5;

uint64_t live_bytes(const lmdb::environment& of) {
  auto txn = of.read();
  if (!txn)
    fail(to_text(txn.error()));
  uint64_t result = 0;
  for (unsigned table = 0; table < tables::table_count; ++table) {
    lmdb::cursor at{*txn, table};
    for (auto more = at.first(); more; more = at.next())
      result += at.current_key().bytes().size() + at.current_value().size();
  }
  return result;
}

} // namespace

void print_steady_file(const std::vector<const row_set*>& hosts) {
  temporary_folder folder;
  write_plan plan;
  plan.seconds = windows * window_seconds;
  plan.retention_seconds = windows_kept * window_seconds;
  plan.seals_ahead = false;
  write_path path{folder.path(), hosts, plan};
  auto& environment = *path.kept().environment();
  std::optional<lmdb::transaction> slow;
  path.run([&](uint32_t second) {
    auto phase = second % (slow_every_windows * window_seconds);
    if (phase == 0) {
      if (auto txn = environment.read())
        slow.emplace(std::move(*txn));
    } else if (phase == slow_commits) {
      slow.reset();
    }
  });
  slow.reset();
  auto file = static_cast<double>(std::filesystem::file_size(path.path()));
  print_figure("steady_file_ratio",
               file / static_cast<double>(live_bytes(environment)));
}

} // namespace tributary::bench
