#include "store/records.hpp"

#include <cstring>

#include <capnp/serialize.h>

#include "schema/definition_wire.hpp"
#include "schema/store.capnp.h"
#include "store/checked_record.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

std::string flatten(capnp::MessageBuilder& message) {
  auto flat = capnp::messageToFlatArray(message);
  return {reinterpret_cast<const char*>(flat.begin()), flat.size() * 8};
}

/// Runs `f` on the root of a value as LMDB gives it: 8-aligned.
template <class T, class F>
auto open_record(std::string_view sealed, const char* what, F f)
    -> decltype(f(std::declval<typename T::Reader>())) {
  auto checked = checked_message(sealed, what);
  if (!checked)
    return std::move(checked.error());
  sealed = *checked;
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = sealed.size() / 8 * 2 + 64;
    options.nestingLimit = 8;
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(sealed.data()),
                     sealed.size() / 8),
        options};
    return f(message.getRoot<T>());
  } catch (const kj::Exception& e) {
    return make_error(ec::corrupt,
                      std::string{what} + ": " + e.getDescription().cStr());
  }
}

} // namespace

std::string seal_host(const stored_host& x) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::HostRecord>();
  root.setNumber(x.number);
  write_host(x.definition, root.initHost());
  auto path = root.initPath(static_cast<unsigned>(x.path.size()));
  for (unsigned i = 0; i < path.size(); ++i) {
    path[i].setHigh(x.path[i].high());
    path[i].setLow(x.path[i].low());
  }
  root.setStoredTo(x.closed.to);
  auto ahead
      = root.initStoredAhead(static_cast<unsigned>(x.closed.ahead.size()));
  unsigned at = 0;
  for (auto start : x.closed.ahead)
    ahead.set(at++, start);
  root.setKeyMark(x.key_mark);
  root.setForgotten(x.is_forgotten);
  root.setTier1From(x.tier_from[1]);
  root.setTier2From(x.tier_from[2]);
  root.setTiersSince(x.tiers_since[1]);
  root.setTier2Since(x.tiers_since[2]);
  auto& passed = x.passed.ranges();
  auto ends = root.initPassed(static_cast<unsigned>(2 * passed.size()));
  at = 0;
  for (auto& range : passed) {
    ends.set(at++, range.from);
    ends.set(at++, range.to);
  }
  auto& runs = x.stored.runs();
  write_runs(runs, root.initCoverage(static_cast<unsigned>(runs.size())));
  return with_checksum(flatten(message));
}

caf::expected<stored_host> open_host(std::string_view sealed) {
  return open_record<wire::HostRecord>(
      sealed, "host record",
      [](wire::HostRecord::Reader from) -> caf::expected<stored_host> {
        stored_host result;
        result.number = from.getNumber();
        auto definition = read_host(from.getHost());
        if (!definition)
          return make_error(ec::corrupt, "host record: a bound is broken");
        result.definition = std::move(*definition);
        for (auto x : from.getPath())
          result.path.push_back(guid::from_words(x.getHigh(), x.getLow()));
        result.closed.to = from.getStoredTo();
        for (auto start : from.getStoredAhead())
          result.closed.ahead.insert(start);
        result.key_mark = from.getKeyMark();
        result.is_forgotten = from.getForgotten();
        result.tier_from[1] = from.getTier1From();
        result.tier_from[2] = from.getTier2From();
        result.tiers_since[1] = from.getTiersSince();
        // Where both began together only the first says so.
        result.tiers_since[2]
            = std::max(from.getTiersSince(), from.getTier2Since());
        auto ends = from.getPassed();
        for (unsigned i = 0; i + 1 < ends.size(); i += 2)
          if (ends[i] >= 0 && ends[i + 1] <= tick_max)
            result.passed.add({ends[i], ends[i + 1]});
        result.stored = read_runs(from.getCoverage());
        return result;
      });
}

std::string seal_journal_entry(const journal_entry& x) {
  size_t words = 16;
  for (auto& item : x.items)
    words += item.frame->sealed().size() / 8 + 4;
  capnp::MallocMessageBuilder message{static_cast<kj::uint>(words)};
  auto root = message.initRoot<wire::JournalEntry>();
  root.setFirstPosition(x.first);
  auto items = root.initItems(static_cast<unsigned>(x.items.size()));
  for (unsigned i = 0; i < items.size(); ++i) {
    auto sealed = x.items[i].frame->sealed();
    items[i].setHost(x.items[i].host);
    items[i].setTick(x.items[i].frame->header().tick);
    items[i].setSealed(kj::arrayPtr(
        reinterpret_cast<const kj::byte*>(sealed.data()), sealed.size()));
  }
  return with_checksum(flatten(message));
}

caf::expected<journal_entry> open_journal_entry(std::string_view sealed) {
  return open_record<wire::JournalEntry>(
      sealed, "journal entry",
      [](wire::JournalEntry::Reader from) -> caf::expected<journal_entry> {
        journal_entry result;
        result.first = from.getFirstPosition();
        for (auto item : from.getItems()) {
          auto data = item.getSealed();
          auto frame = frame::open(
              {reinterpret_cast<const char*>(data.begin()), data.size()});
          if (!frame)
            return std::move(frame.error());
          result.items.push_back({item.getHost(), std::move(*frame)});
        }
        return result;
      });
}

std::string seal_cursor(journal_position position) {
  capnp::MallocMessageBuilder message{16};
  message.initRoot<wire::Cursor>().setPosition(position);
  return with_checksum(flatten(message));
}

caf::expected<journal_position> open_cursor(std::string_view sealed) {
  return open_record<wire::Cursor>(
      sealed, "cursor",
      [](wire::Cursor::Reader from) -> caf::expected<journal_position> {
        return from.getPosition();
      });
}

std::string seal_roster(const roster_run& x) {
  return with_checksum(seal_roster_run(x));
}

caf::expected<roster_run> open_roster(std::string_view sealed) {
  auto message = checked_message(sealed, "roster");
  if (!message)
    return std::move(message.error());
  return open_roster_run(*message);
}

std::string seal_meta(const store_meta& x) {
  capnp::MallocMessageBuilder message{16};
  auto root = message.initRoot<wire::Meta>();
  root.setFormatVersion(x.format_version);
  root.setNodeHigh(x.node.high());
  root.setNodeLow(x.node.low());
  root.setTier1Step(x.steps.tier1);
  root.setTier2Step(x.steps.tier2);
  return flatten(message);
}

caf::expected<store_meta> open_meta(std::string_view sealed) {
  return open_record<wire::Meta>(
      sealed, "meta", [](wire::Meta::Reader from) -> caf::expected<store_meta> {
        store_meta result{
            from.getFormatVersion(),
            guid::from_words(from.getNodeHigh(), from.getNodeLow()),
            {from.getTier1Step(), from.getTier2Step()}};
        // Version 1 has none, and a newer one may have others.
        if (result.format_version == tables::format_version
            && !are_valid(result.steps))
          return make_error(ec::corrupt, "meta: steps of points");
        return result;
      });
}

std::string seal_word(uint64_t x) {
  return {reinterpret_cast<const char*>(&x), sizeof(x)};
}

uint64_t open_word(std::string_view sealed) {
  uint64_t result = 0;
  if (sealed.size() == sizeof(result))
    memcpy(&result, sealed.data(), sizeof(result));
  return result;
}

} // namespace tributary
