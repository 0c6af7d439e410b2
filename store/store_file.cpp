#include "store/store_file.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace tributary {

namespace {

/// A node commits once a second: the second try is the exception.
constexpr int hold_tries_max = 100;

std::string page_text(uint64_t page) {
  return "page " + std::to_string(page);
}

} // namespace

bool is_held_by_node(const std::string& store_path) {
  // Trying the lock would take it for a moment, in which a node can't start.
  struct stat facts {};
  if (stat((store_path + ".owner").c_str(), &facts) != 0)
    return false;
  char wanted[64];
  snprintf(wanted, sizeof(wanted), "%02x:%02x:%lu", major(facts.st_dev),
           minor(facts.st_dev), static_cast<unsigned long>(facts.st_ino));
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words{line};
    for (std::string word; words >> word;)
      if (word == wanted)
        return true;
  }
  return false;
}

caf::expected<store_file> store_file::open(const std::string& path) {
  struct stat facts {};
  auto is_folder = stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
  auto file_path = is_folder ? path + "/store.mdb" : path;
  auto file = page_file::open(file_path);
  if (!file)
    return std::move(file.error());
  store_file result{std::move(*file)};
  result.path_ = file_path;
  result.is_in_use_ = is_held_by_node(file_path);
  if (auto error = result.choose_snapshot())
    return make_error(code_of(error), file_path + ": " + words_of(error));
  return result;
}

caf::error store_file::choose_snapshot() {
  std::vector<std::string> faults;
  auto metas = file_.snapshots(&faults);
  if (metas.empty())
    return make_error(ec::corrupt, "holds no store: " + faults.front());
  snapshot_ = metas.front();
  // LMDB trusts what it maps: no hold on a file whose head is not whole.
  if (metas.size() < 2)
    return {};
  for (int i = 0; i < hold_tries_max; ++i) {
    auto hold = lmdb::snapshot_hold::open(path_);
    if (!hold) {
      if (is_in_use_)
        warning_ = "the running node's commits can't be held back ("
                   + words_of(hold.error())
                   + "); what is read may be of several";
      return {};
    }
    for (auto& meta : file_.snapshots())
      if (meta.transaction == hold->transaction()) {
        snapshot_ = meta;
        hold_ = std::move(*hold);
        return {};
      }
  }
  warning_ = "the newest commit could not be caught";
  return {};
}

std::map<std::string, page_tree>
store_file::tables(const fault_sink& faults) const {
  std::map<std::string, page_tree> result;
  page_visitor visitor;
  visitor.is_ordered = true;
  visitor.entry = [&](const page_entry& x) {
    auto name = std::string{x.key};
    auto tree = open_page_tree(x.inline_value);
    if (x.is_tree && tree)
      result.emplace(std::move(name), *tree);
    else if (faults)
      faults(
          {page_text(x.page), "the record of table '" + name + "' is broken"});
    return true;
  };
  visitor.fault = [&](uint64_t page, const std::string& why) {
    if (faults)
      faults({page_text(page), why + " (the table of tables)"});
  };
  file_.walk(snapshot_.tables, visitor);
  return result;
}

void store_file::for_each(
    const std::string& table,
    const std::function<bool(const lmdb::key&, std::string_view)>& f,
    const fault_sink& faults) const {
  auto all = tables({});
  auto i = all.find(table);
  if (i != all.end())
    for_each(table, i->second, f, faults);
}

void store_file::for_each(
    const std::string& table, const page_tree& tree,
    const std::function<bool(const lmdb::key&, std::string_view)>& f,
    const fault_sink& faults,
    std::function<bool(uint64_t, uint64_t)> visit) const {
  std::vector<uint64_t> buffer;
  page_visitor visitor;
  visitor.is_ordered = true;
  visitor.visit = std::move(visit);
  visitor.entry = [&](const page_entry& x) {
    auto key = lmdb::key::from_bytes(x.key);
    if (x.is_tree && faults)
      faults({table + " " + text_of_key(key), "is marked as a table"});
    if (auto value = file_.value_of(x, buffer))
      return f(key, *value);
    if (faults)
      faults({table + " " + text_of_key(key), "its value's pages from "
                                                  + std::to_string(x.value_page)
                                                  + " are not there"});
    return true;
  };
  visitor.fault = [&](uint64_t page, const std::string& why) {
    if (faults)
      faults({table + " " + page_text(page), why});
  };
  file_.walk(tree, visitor);
}

uint64_t store_file::free_pages() const {
  uint64_t result = 0;
  std::vector<uint64_t> buffer;
  page_visitor visitor;
  visitor.entry = [&](const page_entry& x) {
    auto value = file_.value_of(x, buffer);
    if (auto list = value ? open_free_list(*value) : std::nullopt)
      result += list->size();
    return true;
  };
  file_.walk(snapshot_.free_pages, visitor);
  return result;
}

std::string text_of_key(const lmdb::key& key) {
  auto bytes = key.bytes();
  std::string result;
  if (bytes.size() % 8 == 0) {
    for (size_t i = 0; i < bytes.size() / 8; ++i)
      result += (i == 0 ? "" : ".") + std::to_string(key.word(i));
    return result;
  }
  for (auto c : bytes) {
    char text[4];
    snprintf(text, sizeof(text), "%02x", static_cast<unsigned char>(c));
    result += text;
  }
  return result;
}

} // namespace tributary
