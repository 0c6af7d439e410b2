#include "tools/dump/copies.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include "schema/utf8.hpp"
#include "store/backup.hpp"
#include "store/salvage.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

int fail(const std::string& words) {
  fprintf(stderr, "tributary-dump: %s\n", words.c_str());
  return 1;
}

unsigned long long number(uint64_t x) {
  return x;
}

/// The file in a data directory, or the path itself.
std::string file_of(const std::string& path) {
  struct stat facts {};
  auto is_folder = stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
  return is_folder ? path + "/store.mdb" : path;
}

/// The guid that stands beside a store.
guid guid_beside(const std::string& file) {
  auto cut = file.rfind('/');
  std::ifstream from{(cut == std::string::npos ? "." : file.substr(0, cut))
                     + "/node.guid"};
  std::string text;
  std::getline(from, text);
  return guid::parse(text).value_or(guid{});
}

void tell_lost(const salvage_report& report, FILE* to) {
  for (auto& x : report.lost)
    fprintf(to, "lost: %s\n", to_plain_text(x.place + ": " + x.what).c_str());
  if (report.lost_count > report.lost.size())
    fprintf(to, "lost: %llu more\n",
            number(report.lost_count - report.lost.size()));
}

void tell(const salvage_report& report) {
  tell_lost(report, stdout);
  for (auto& x : report.found)
    printf("found: %s: %llu\n", x.first.c_str(), number(x.second));
  if (report.found_in_leaves > 0)
    printf("of these in pages of no table: %llu\n",
           number(report.found_in_leaves));
  if (report.points_restored > 0)
    printf("made anew: points of %llu windows and blocks\n",
           number(report.points_restored));
}

void remove_store(const std::string& folder) {
  for (auto name : {"/store.mdb", "/store.mdb-lock", "/store.mdb.owner"})
    unlink((folder + name).c_str());
}

} // namespace

int salvage_to(const std::string& store, const std::string& out) {
  auto from = file_of(store);
  if (is_held_by_node(from))
    return fail(from + ": a node uses it; stop the node first");
  bool is_new = false;
  if (auto error = take_empty_folder(out, is_new))
    return fail(words_of(error));
  auto report = salvage_store(from, out + "/store.mdb", guid_beside(from));
  if (!report) {
    remove_store(out);
    if (is_new)
      rmdir(out.c_str());
    return fail(words_of(report.error()));
  }
  auto& node = report->node;
  tell(*report);
  if (node.empty())
    puts("lost: the node's guid: put its node.guid beside the new store");
  else if (auto error = write_node_guid(out, node))
    return fail(words_of(error));
  if (auto error = sync_folder(out))
    return fail(words_of(error));
  printf("%s: %s\n", out.c_str(),
         report->lost_count == 0 ? "a whole store"
                                 : "a store of what could be read");
  return report->lost_count == 0 ? 0 : 1;
}

int with_salvaged(const std::string& store,
                  const std::function<int(const store_file&)>& f) {
  auto from = file_of(store);
  if (is_held_by_node(from))
    return fail(from + ": a node uses it; stop the node first");
  auto base = getenv("TMPDIR");
  std::string folder{base != nullptr && *base != '\0' ? base : "/tmp"};
  folder += "/tributary-dump.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr)
    return fail(folder + ": " + strerror(errno));
  auto path = folder + "/store.mdb";
  auto result = [&] {
    auto report = salvage_store(from, path, guid_beside(from));
    if (!report)
      return fail(words_of(report.error()));
    tell_lost(*report, stderr);
    auto salvaged = store_file::open(path);
    if (!salvaged)
      return fail(words_of(salvaged.error()));
    auto code = f(*salvaged);
    return code == 0 && report->lost_count > 0 ? 1 : code;
  }();
  remove_store(folder);
  rmdir(folder.c_str());
  return result;
}

int compact_to(const store_file& store, const std::string& out) {
  std::string first;
  auto report = verify_store(store, [&](const store_fault& x) {
    if (first.empty())
      first = x.place + ": " + x.what;
  });
  if (report.faults > 0)
    return fail(store.path() + " is damaged, it is not copied: " + first);
  auto copied = copy_into(
      out, [&](int to) { return lmdb::copy_compact(store.path(), to); });
  if (!copied)
    return fail(words_of(copied.error()));
  printf("%s: %llu bytes\n%s: %llu bytes, %.1f s\n", store.path().c_str(),
         number(store.file().bytes()), out.c_str(), number(copied->bytes),
         copied->seconds);
  return 0;
}

} // namespace tributary
