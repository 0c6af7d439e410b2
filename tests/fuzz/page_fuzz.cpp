/// Feeds whole files to the reader of pages, to verification and to salvage.
/// What is salvaged must be a store without a fault.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include "store/salvage.hpp"
#include "store/verify.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/store/store_examples.hpp"

namespace tributary {

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

const examples::temporary_directory& folder() {
  static examples::temporary_directory result;
  return result;
}

/// Every thirtieth: LMDB syncs, which takes the time of thirty readings.
constexpr unsigned salvage_every = 30;

void write(const std::string& path, const uint8_t* data, size_t size) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out.write(reinterpret_cast<const char*>(data),
            static_cast<std::streamsize>(size));
}

void salvage(const std::string& path) {
  auto out = folder().file("out");
  auto report = salvage_store(path, out);
  if (report) {
    auto store = store_file::open(out);
    require(static_cast<bool>(store));
    verify_store(*store, [](const store_fault& x) {
      fprintf(stderr, "%s: %s\n", x.place.c_str(), x.what.c_str());
      std::abort();
    });
  }
  for (auto name : {"out", "out-lock", "out.owner"})
    unlink(folder().file(name).c_str());
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  auto path = folder().file("seed");
  {
    auto store = examples::open_store(path);
    auto host = examples::make_host(2);
    auto number = store->put_host(host, {host.id});
    examples::origin from{1, {examples::make_chart("c", {"x"})}};
    store->put_roster(number, from.columns_of());
    for (tick t = 6000; t < 6130; ++t)
      store->append({number, from.seal(t, {t}, t % 60 == 0)});
    store->put_received(
        number,
        examples::receive(
            host, examples::make_window(host, 5940, "c", 1, {{0, 1}, {9, 7}})),
        0, host.id);
    require(static_cast<bool>(store->commit(0)));
  }
  std::ifstream in{path, std::ios::binary};
  return {std::string{std::istreambuf_iterator<char>{in}, {}}};
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  static unsigned rounds = 0;
  auto path = folder().file("store.mdb");
  write(path, data, size);
  // The head says where the trees are; a repaired one lets changes below count.
  if (auto store = store_file::open(path)) {
    verify_store(*store, [](const store_fault&) {});
    store->free_pages();
  }
  if (++rounds % salvage_every == 0)
    salvage(path);
  return 0;
}
