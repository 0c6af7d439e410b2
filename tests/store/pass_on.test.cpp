#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tests/store/store_examples.hpp"

/// What goes of hosts that are only passed on beside others that are kept.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::origin;
using examples::receive;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;
const guid above = make_guid(9);
const guid beside = make_guid(8);
constexpr uint64_t kept_id = 1;
constexpr uint64_t passed_id = 2;

store_options options_of_test() {
  store_options result;
  result.further.passes_on = [](const stored_host& x) {
    return x.definition.id == make_guid(passed_id);
  };
  return result;
}

/// A host that is kept and one that is passed on, whose frames come one a
/// commit.
struct relay_store {
  struct sender {
    host_number number = 0;
    hot_host hot;
    origin from{1, {make_chart("c", {"x"})}};
  };

  temporary_directory directory;
  std::unique_ptr<store> x;
  std::vector<sender> senders;

  relay_store() {
    open();
    x->move_cursor(above, 0);
    for (auto id : {kept_id, passed_id}) {
      auto definition = make_host(id);
      senders.push_back(
          {x->put_host(definition, {}), hot_host{definition, {}}});
      auto& to = senders.back();
      REQUIRE_FALSE(to.hot.define(to.from.run()));
      x->put_roster(to.number, to.from.columns_of());
    }
  }

  void open() {
    x.reset();
    x = open_store(directory.file("s"), options_of_test());
  }

  host_number passed() const {
    return senders[1].number;
  }

  void feed(sender& s, tick t) {
    auto frame = s.from.seal(t, {t}, t % 60 == 0);
    REQUIRE(s.hot.apply(*frame));
    x->append({s.number, frame});
  }

  /// Frames of both hosts, and the window before `to` is closed.
  void run(tick from, tick to) {
    for (auto t = from; t < to; ++t) {
      for (auto& s : senders)
        feed(s, t);
      commit();
    }
    close(to);
  }

  void close(tick before) {
    for (auto& s : senders)
      for (auto& window : s.hot.close_windows(before))
        x->put_closed(s.number, window);
    commit();
  }

  void commit() {
    REQUIRE(x->commit(start + 100));
  }

  /// The node has all of the journal, and owes nothing of the passed host.
  void has_all(const guid& node) {
    x->move_cursor(node, x->staged_end());
    x->pay(node, passed(), {0, tick_max});
    commit();
  }

  int64_t passed_ticks() const {
    return x->hosts().at(passed()).passed.count();
  }

  size_t blocks(host_number host, lmdb::table_number table = tables::tier0) {
    auto txn = x->environment()->read();
    lmdb::cursor at{*txn, table};
    size_t result = 0;
    for (auto more = at.first(); more; more = at.next())
      result += at.current_key().word(1) >> 32 == host ? 1 : 0;
    return result;
  }
};

} // namespace

TEST_CASE("what all receivers have of a passed host goes, and stays known",
          "[store][pass_on]") {
  relay_store a;
  a.run(start, start + 120);
  CHECK(a.blocks(a.passed()) == 2);
  a.has_all(above);
  CHECK(a.blocks(a.passed()) == 2); // nobody said that it is the receiver
  a.x->pass_to(a.passed(), {above});
  a.x->pass_to(a.senders[0].number, {above});
  a.commit();
  CHECK(a.blocks(a.passed()) == 0);
  CHECK(a.x->durable(a.passed()).count() == 120);
  CHECK(a.x->hosts().at(a.passed()).closed.to == start + 120);
  CHECK(a.passed_ticks() == 120);
  CHECK(a.x->gone(a.passed()).count() == 120);
  CHECK(a.x->gone(a.senders[0].number).empty());
  CHECK(a.blocks(a.senders[0].number) == 2);
  // It has no points, and the other has.
  CHECK(a.blocks(a.passed(), tables::tier1_pieces) == 0);
  CHECK(a.blocks(a.senders[0].number, tables::tier1_pieces) != 0);
}

TEST_CASE("what a receiver is owed of a passed host stays",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  a.run(start, start + 180); // nothing passed yet
  CHECK(a.blocks(a.passed()) == 3);
  a.x->move_cursor(above, a.x->staged_end());
  a.commit();
  // The journal went, so that the windows are owed.
  CHECK(a.blocks(a.passed()) == 3);
  a.x->pay(above, a.passed(), {start, start + 59});
  a.commit();
  CHECK(a.blocks(a.passed()) == 2);
  a.x->pay(above, a.passed(), {start + 60, start + 118});
  a.commit();
  CHECK(a.blocks(a.passed()) == 2); // a tick is missing
  a.x->pay(above, a.passed(), {start + 119, start + 119});
  a.commit();
  CHECK(a.blocks(a.passed()) == 1);
}

TEST_CASE("each of several receivers is waited for", "[store][pass_on]") {
  relay_store a;
  a.x->move_cursor(beside, 0);
  a.x->pass_to(a.passed(), {above, beside});
  a.run(start, start + 60);
  a.has_all(above);
  CHECK(a.blocks(a.passed()) == 1);
  a.has_all(beside);
  CHECK(a.blocks(a.passed()) == 0);
  // One that never came is as good as one that has nothing.
  a.x->pass_to(a.passed(), {above, make_guid(7)});
  a.run(start + 60, start + 120);
  a.has_all(above);
  CHECK(a.blocks(a.passed()) == 1);
}

TEST_CASE("a window that all have when it closes is never a block",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  for (auto t = start; t < start + 60; ++t)
    a.feed(a.senders[1], t);
  a.commit();
  a.has_all(above);
  auto closed = a.senders[1].hot.close_windows(start + 60);
  REQUIRE(closed.size() == 1);
  a.x->put_closed(a.passed(), closed[0]);
  REQUIRE(a.x->prepare(1u << 20));
  auto report = a.x->commit_prepared(start + 100);
  REQUIRE(report);
  // Its samples alone would take more.
  CHECK(report->bytes < 60);
  REQUIRE(report->stored_windows.size() == 1); // ingest lets go of it
  CHECK(a.blocks(a.passed()) == 0);
  CHECK(a.x->durable(a.passed()).count() == 60);
  CHECK(a.x->durable(a.passed()).runs().size() == 1);
  CHECK(a.passed_ticks() == 60);
}

TEST_CASE("what comes late or again of a passed host goes once more",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  a.run(start, start + 120);
  a.has_all(above);
  REQUIRE(a.blocks(a.passed()) == 0);
  // The same window from a sender that had more of it.
  auto definition = make_host(passed_id);
  auto window = make_window(definition, start, "d", 1, {{0, 5}, {7, 6}});
  a.x->put_received(a.passed(), receive(definition, window), 7, make_guid(5));
  CHECK(a.x->gone(a.passed()).count() == 60); // it is about to be here again
  a.commit();
  CHECK(a.blocks(a.passed()) == 1); // it is owed
  CHECK(a.passed_ticks() == 60);    // the other window
  a.x->pay(above, a.passed(), {0, tick_max});
  a.commit();
  CHECK(a.blocks(a.passed()) == 0);
  CHECK(a.passed_ticks() == 120);
}

TEST_CASE("after a restart nothing goes before the receivers are known",
          "[store][pass_on]") {
  relay_store a;
  a.run(start, start + 60);
  a.x->move_cursor(above, a.x->staged_end());
  a.x->pay(above, a.passed(), {0, tick_max});
  a.commit();
  a.open();
  a.commit();
  CHECK(a.blocks(a.passed()) == 1);
  a.x->pass_to(a.passed(), {above});
  a.x->put_host(make_host(3), {});
  a.commit();
  CHECK(a.blocks(a.passed()) == 0);
}

TEST_CASE("how far a host was passed on is known after a restart",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  a.run(start, start + 120);
  a.has_all(above);
  a.open();
  CHECK(a.passed_ticks() == 120);
  CHECK(a.x->gone(a.senders[0].number).empty());
  CHECK(a.x->durable(a.passed()).count() == 120);
  // Nothing of it is damaged.
  std::vector<std::string> faults;
  a.x.reset();
  auto file = store_file::open(a.directory.file("s"));
  REQUIRE(file);
  verify_store(*file, [&](const store_fault& x) {
    faults.push_back(x.place + ": " + x.what);
  });
  CHECK(faults == std::vector<std::string>{});
}

TEST_CASE("a host that is kept from now on keeps what comes, and passes it on "
          "when it is to",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  a.run(start, start + 60);
  a.has_all(above);
  REQUIRE(a.blocks(a.passed()) == 0);
  auto further = options_of_test().further;
  further.passes_on = nullptr;
  a.x->keep({}, further);
  a.run(start + 60, start + 180);
  a.has_all(above);
  CHECK(a.blocks(a.passed()) == 2);
  // Of the time before it gets a window after all, which is owed to who comes.
  auto definition = make_host(passed_id);
  auto window = make_window(definition, start, "d", 1, {{0, 5}});
  a.x->put_received(a.passed(), receive(definition, window), 7, make_guid(5));
  a.commit();
  CHECK(a.passed_ticks() == 0);
  a.x->keep({}, options_of_test().further);
  a.x->put_host(make_host(3), {});
  a.commit();
  CHECK(a.blocks(a.passed()) == 3); // the first is owed
  a.has_all(above);
  CHECK(a.blocks(a.passed()) == 0);
  CHECK(a.passed_ticks() == 180);
}

TEST_CASE("a window that somebody waits for after all is made a block",
          "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  auto& s = a.senders[1];
  for (auto t = start; t < start + 120; ++t)
    a.feed(s, t);
  a.commit();
  a.has_all(above);
  for (auto& window : s.hot.close_windows(start + 120))
    a.x->put_closed(s.number, window);
  REQUIRE(a.x->prepare(1u << 20));
  a.x->pass_to(a.passed(), {above, beside}); // which was never here
  a.commit();
  CHECK(a.blocks(a.passed()) == 2);
  CHECK(a.passed_ticks() == 0);
  CHECK(a.x->hosts().at(a.passed()).closed.to == start + 120);
}

TEST_CASE("a passed host can be forgotten", "[store][pass_on]") {
  relay_store a;
  a.x->pass_to(a.passed(), {above});
  a.run(start, start + 60);
  auto number = a.passed();
  a.x->forget(number);
  a.commit();
  a.commit();
  CHECK(a.x->hosts().count(number) == 0);
  CHECK(a.blocks(number) == 0);
}
