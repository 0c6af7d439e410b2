#include <catch2/catch.hpp>

#include <cstring>

#include "schema/error.hpp"
#include "tools/swarm/row_source.hpp"
#include "tools/swarm/swarm_link.hpp"

using namespace tributary;
using namespace tributary::load;

namespace {

constexpr tick start = 6'000'000;

/// A parent that reads what a child sends.
struct fake_parent {
  roster columns_of{1};
  frame_chain chain;
  /// By tick, the values of the row.
  std::map<tick, std::vector<int64_t>> taken;
  /// By tick, the raw readings of the last key frame.
  std::map<tick, std::vector<raw_reading>> keys;
  uint64_t last_number = 0;
  std::string hello_key;
  int keys_missing = 0;

  /// Reads all that waits to go out.
  void read(swarm_link& from) {
    auto bytes = std::exchange(from.out(), {});
    std::string_view rest = bytes;
    if (rest.substr(0, link_preface.size()) == link_preface)
      rest.remove_prefix(link_preface.size());
    while (!rest.empty()) {
      uint32_t length;
      memcpy(&length, rest.data(), sizeof(length));
      auto message = open_message(rest.substr(link_header_bytes, length));
      REQUIRE(message);
      handle(*message);
      rest.remove_prefix(link_header_bytes + length);
    }
  }

  void handle(const link_message& message) {
    if (auto hello = std::get_if<link_hello>(&message)) {
      hello_key = hello->api_key;
      last_number = 0;
      chain = {};
      columns_of = roster{1};
    } else if (auto update = std::get_if<link_roster>(&message)) {
      REQUIRE(update->run.first_chart == columns_of.charts().size());
      for (auto& x : update->run.charts)
        columns_of.append(x);
    } else if (auto frame = std::get_if<link_frame>(&message)) {
      REQUIRE(frame->number == ++last_number);
      frame_row row;
      auto error = open_row(*frame->frame, columns_of, chain, row);
      REQUIRE_FALSE(error);
      auto t = frame->frame->header().tick;
      taken[t] = row.values;
      if (frame->frame->header().is_key())
        keys[t] = row.raw;
    }
  }
};

void answer(swarm_link& to, const link_message& message, double now_ms = 0,
            bool first = false) {
  std::string bytes{first ? link_preface : std::string_view{}};
  put_message(bytes, message);
  REQUIRE_FALSE(to.feed(bytes, now_ms));
}

struct fixture {
  swarm_counts counts;
  row_source_ptr source = make_pattern_source(20, 7);
  swarm_link link{
      {load_host(3, 0), source->charts()}, "key", link_codec::none, counts};
  fake_parent parent;
  std::map<tick, std::vector<int64_t>> made;

  void greet(const coverage& durable = {}, uint32_t credit_bytes = 1u << 20) {
    link.begin();
    parent.read(link);
    CHECK(parent.hello_key == "key");
    link_welcome welcome;
    welcome.credit_bytes = credit_bytes;
    answer(link, welcome, 0, true);
    CHECK_FALSE(link.accepted());
    link_host_accept accept;
    accept.channel = 1;
    accept.coverage = durable;
    answer(link, accept);
    CHECK(link.accepted());
    parent.read(link);
  }

  void push(tick t) {
    frame_row row;
    source->next(row);
    made[t] = row.values;
    link.push(t, row, static_cast<double>(t - start) * 1000);
    parent.read(link);
  }
};

} // namespace

TEST_CASE("a child of the swarm sends rows and counts acks", "[tools]") {
  fixture f;
  f.greet();
  for (tick t = start; t < start + 5; ++t)
    f.push(t);
  CHECK(f.parent.taken == f.made);
  CHECK(f.link.waiting() == 5);
  answer(f.link, link_ack{3, 0}, 4000);
  CHECK(f.link.waiting() == 2);
  CHECK(f.counts.frames_acked == 3);
  CHECK(f.counts.samples_acked == 60);
  CHECK(f.counts.ack_ms.quantile(0) == Approx(2000).epsilon(0.021));
  CHECK(f.counts.ack_ms.quantile(1) == Approx(4000).epsilon(0.021));
}

TEST_CASE("a cut link loses no row of a child", "[tools]") {
  fixture f;
  f.greet();
  for (tick t = start; t < start + 6; ++t)
    f.push(t);
  answer(f.link, link_ack{2, 0});
  f.link.end();
  f.push(start + 6); // made while there is no link
  f.parent.taken.clear();
  f.parent.keys.clear();
  coverage durable; // one more than its ack told
  durable.add({start, start + 2, 1});
  f.greet(durable);
  CHECK(f.counts.frames_acked == 3);
  CHECK(f.link.waiting() == 4);
  for (tick t = start + 3; t < start + 7; ++t)
    CHECK(f.parent.taken.at(t) == f.made.at(t));
  CHECK(f.parent.taken.size() == 4);
  CHECK(f.counts.frames_again == 3);
  // Raw readings count each increment once.
  int64_t sum = 0;
  for (tick t = start; t <= start + 3; ++t)
    sum += f.made.at(t)[0];
  CHECK(f.parent.keys.at(start + 3).front().column == 0);
  CHECK(f.parent.keys.at(start + 3).front().value == sum);
  answer(f.link, link_ack{4, 0});
  CHECK(f.link.waiting() == 0);
  CHECK(f.counts.frames_acked == 7);
}

TEST_CASE("a child of the swarm keeps to the parent's credit", "[tools]") {
  fixture f;
  f.greet({}, 1); // one frame at a time
  for (tick t = start; t < start + 4; ++t)
    f.push(t);
  CHECK(f.parent.taken.size() == 1);
  CHECK(f.link.unsent() == 3);
  for (uint64_t number = 1; number <= 4; ++number) {
    answer(f.link, link_ack{number, 0});
    f.parent.read(f.link);
  }
  CHECK(f.parent.taken == f.made);
  CHECK(f.link.waiting() == 0);
}

TEST_CASE("a child of the swarm grows", "[tools]") {
  fixture f;
  f.greet();
  f.push(start);
  auto more = std::make_shared<chart>(*f.source->charts().front());
  more->id = "more";
  f.link.add_chart(more);
  f.push(start + 1); // made of the old columns
  CHECK(f.parent.columns_of.columns() == 30);
  auto& values = f.parent.taken.at(start + 1);
  REQUIRE(values.size() == 30);
  CHECK(std::equal(f.made.at(start + 1).begin(), f.made.at(start + 1).end(),
                   values.begin()));
}

TEST_CASE("frames that a parent can't read are counted", "[tools]") {
  fixture f;
  f.greet();
  for (tick t = start; t < start + 3; ++t)
    f.push(t);
  answer(f.link, link_need_key{1, start + 1});
  CHECK(f.counts.frames_refused == 2);
  answer(f.link, link_ack{3, 0});
  CHECK(f.counts.frames_acked == 1);
  CHECK(f.link.waiting() == 0);
  f.push(start + 3);
  CHECK(f.parent.keys.count(start + 3) == 1);
}

TEST_CASE("rows beyond ten minutes are dropped and counted", "[tools]") {
  fixture f;
  for (tick t = start; t < start + 605; ++t)
    f.push(t);
  CHECK(f.link.waiting() == swarm_link::rows_max);
  CHECK(f.counts.frames_dropped == 5);
}

TEST_CASE("a child of the swarm tells why its link ended", "[tools]") {
  fixture f;
  f.link.begin();
  std::string bytes{link_preface};
  put_message(bytes, link_refuse{link_reason::denied, {}});
  auto error = f.link.feed(bytes, 0);
  REQUIRE(error);
  CHECK(to_text(error).find("denied") != std::string::npos);
  f.link.end();
  f.link.begin();
  auto web = f.link.feed("HTTP/1.1 400 Bad Request\r\n", 0);
  CHECK(code_of(web) == ec::not_a_link);
}
