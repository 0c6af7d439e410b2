#include <cstdlib>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/page_file.hpp"
#include "store/salvage.hpp"
#include "store/verify.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/damaged_store.hpp"
#include "tests/store/full_store.hpp"

/// Damage of all kinds, anywhere in a store with entries in every table: it is
/// named, a node survives it, and what is salvaged was there before.

using namespace tributary;
using namespace tributary::examples;

namespace {

/// What a node saw of a damaged file.
enum class sight {
  all_right,
  refused,
  named,   // some of it could not be read, with an error
  wrong,   // and nothing said so
  fell,    // by a signal, while it read
  crashed, // by a signal, while it opened it
};

const char* name_of(sight x) {
  static constexpr const char* names[]
      = {"all right", "refused", "named", "wrong", "fell", "crashed"};
  return names[static_cast<int>(x)];
}

/// Bits, bytes, pages: one change of a file.
std::string damage(std::mt19937_64& random, std::string& bytes,
                   const std::vector<uint64_t>& used) {
  auto page = below(random, 8) == 0 ? below(random, bytes.size() / page_bytes)
                                    : used[below(random, used.size())];
  auto at = page * page_bytes + below(random, page_bytes);
  auto where = " at page " + std::to_string(page) + " byte "
               + std::to_string(at % page_bytes);
  switch (below(random, 8)) {
  case 0:
    bytes.resize(below(random, 4) == 0 ? at : page * page_bytes);
    return "cut" + where;
  case 1:
    std::fill_n(bytes.begin() + static_cast<long>(page * page_bytes),
                page_bytes, '\0');
    return "zeroed page" + where;
  case 2: {
    auto sector = at / 512 * 512;
    for (size_t i = 0; i < 512; ++i)
      bytes[sector + i] = static_cast<char>(random());
    return "noise" + where;
  }
  default:
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(random, 8));
    return "bit" + where;
  }
}

struct fault_list {
  std::vector<std::string> names;

  explicit fault_list(const std::string& path) {
    auto from = store_file::open(path);
    if (!from) {
      names.push_back(to_text(from.error()));
      return;
    }
    verify_store(*from, [&](const store_fault& x) {
      names.push_back(x.place + ": " + x.what);
    });
  }

  std::string text() const {
    std::string result;
    for (size_t i = 0; i < names.size() && i < 5; ++i)
      result += names[i] + '\n';
    return result;
  }
};

/// In a process of its own: LMDB trusts what it maps.
sight look(const std::string& path, const seen_store& truth) {
  auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(60);
    auto result = sight::refused;
    try {
      auto seen = see_all(path);
      auto is_wrong = !invented(seen, truth, false).empty();
      auto is_less = !missing(seen, truth).empty();
      result = is_wrong               ? sight::wrong
               : !seen.errors.empty() ? sight::named
               : is_less              ? sight::wrong
                                      : sight::all_right;
      if (result == sight::wrong && std::getenv("TRIBUTARY_TELL") != nullptr)
        fprintf(stderr, "%s%s", invented(seen, truth, false).c_str(),
                missing(seen, truth).c_str());
    } catch (const std::exception& x) {
      if (std::getenv("TRIBUTARY_TELL") != nullptr)
        fprintf(stderr, "%s\n", x.what());
    }
    _exit(static_cast<int>(result));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 3)
    return sight::crashed;
  return static_cast<sight>(WEXITSTATUS(status));
}

void check_salvaged(const temporary_directory& folder, const std::string& path,
                    const seen_store& truth) {
  auto out = folder.file("out.mdb");
  auto report = salvage_store(path, out, make_guid(1));
  if (!report) {
    CHECK(code_of(report.error()) == ec::corrupt);
    return;
  }
  std::string lost;
  for (auto& x : report->lost)
    if (lost.size() < 2000)
      lost += x.place + ": " + x.what + '\n';
  INFO("lost: " << lost);
  fault_list faults{out};
  INFO(faults.text());
  CHECK(faults.names.empty());
  seen_store seen;
  CHECK_NOTHROW(seen = see_all(out));
  CHECK(seen.errors == std::vector<std::string>{});
  CHECK(invented(seen, truth, true) == "");
  CHECK(holes(seen) == "");
}

size_t rounds_wanted() {
  auto given = std::getenv("TRIBUTARY_SEEDS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 30;
}

} // namespace

TEST_CASE("a store with entries in every table is whole", "[store][damage]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  make_full_store(path, 1);
  fault_list faults{path};
  INFO(faults.text());
  REQUIRE(faults.names.empty());
  auto truth = see_all(path);
  CHECK(truth.errors == std::vector<std::string>{});
  CHECK(truth.slots.size() > truth.blocks.size());
  CHECK(!truth.points[1].empty());
  CHECK(!truth.points[2].empty());
  CHECK(holes(truth) == "");
  auto out = folder.file("out.mdb");
  auto report = salvage_store(path, out);
  REQUIRE(report);
  CHECK(report->lost_count == 0);
  CHECK(report->points_restored == 0);
  auto seen = see_all(out);
  CHECK(invented(seen, truth, false) == "");
  CHECK(missing(seen, truth) == "");
}

TEST_CASE("damage is named, survived and salvaged", "[store][damage]") {
  auto first = random_seed("damage");
  for (size_t round = 0; round < rounds_wanted(); ++round) {
    auto seed = first + round;
    INFO("TRIBUTARY_SEED=" << seed << " TRIBUTARY_SEEDS=1");
    std::mt19937_64 random{seed};
    temporary_directory folder;
    auto path = folder.file("store.mdb");
    // Few of these, since making them takes longest.
    static std::map<uint64_t, std::pair<std::string, seen_store>> stores;
    auto which = seed % 2;
    if (stores.count(which) == 0) {
      make_full_store(path, which);
      stores[which] = {read_file(path), see_all(path)};
    }
    auto& [whole, truth] = stores[which];
    write_file(path, whole);
    auto used = pages_in_use(path);
    auto bytes = whole;
    std::string what;
    for (auto n = below(random, 4) == 0 ? 1 + below(random, 8) : 1; n > 0; --n)
      what += damage(random, bytes, used) + "; ";
    INFO(what);
    write_file(path, bytes);
    fault_list faults{path};
    INFO("verify: " << faults.text());
    auto copy = folder.file("copy.mdb");
    write_file(copy, bytes);
    auto seen = look(copy, truth);
    INFO("a node: " << name_of(seen));
    CHECK(seen != sight::crashed);
    if (faults.names.empty())
      CHECK(seen == sight::all_right);
    check_salvaged(folder, path, truth);
  }
}
