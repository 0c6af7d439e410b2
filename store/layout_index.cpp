#include "store/layout_index.hpp"

namespace tributary {

layout_index::layout_index(const store_file& from) : from_(from) {
  auto tables = from.tables({});
  auto i = tables.find(tables::names[tables::layouts]);
  if (i == tables.end())
    return;
  page_visitor visitor;
  visitor.entry = [this](const page_entry& x) {
    auto key = lmdb::key::from_bytes(x.key);
    pages_[{static_cast<host_number>(key.word(0)),
            content_hash{key.word(1), key.word(2)}}]
        = x.page;
    return true;
  };
  from.file().walk(i->second, visitor);
}

caf::expected<std::shared_ptr<const layout>>
layout_index::get(host_number host, const content_hash& hash) {
  auto known = cached_.find({host, hash});
  if (known != cached_.end())
    return known->second;
  auto i = pages_.find({host, hash});
  if (i == pages_.end())
    return make_error(ec::unknown_layout, "the block's layout is not stored");
  auto wanted = tables::layout_key(host, hash);
  caf::expected<layout> opened{
      make_error(ec::corrupt, "the layout's pages are not there")};
  std::string why;
  std::vector<uint64_t> buffer;
  from_.file().read_leaf(
      i->second,
      [&](const page_entry& x) {
        if (x.key != wanted.bytes())
          return true;
        if (auto value = from_.file().value_of(x, buffer)) {
          opened = open_layout(*value);
          if (hash_of(value->data(), value->size()) != hash)
            opened = make_error(ec::corrupt, "the layout is not what its name "
                                             "says");
        }
        return false;
      },
      why);
  if (!opened)
    return std::move(opened.error());
  if (cached_.size() >= cached_max)
    cached_.clear();
  auto result = std::make_shared<const layout>(std::move(*opened));
  cached_.emplace(name{host, hash}, result);
  return result;
}

} // namespace tributary
