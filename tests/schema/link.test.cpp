#include "schema/link.hpp"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

using namespace tributary;

TEST_CASE("every message comes back as it was written", "[schema]") {
  for (auto& x : examples::messages()) {
    INFO(x.name);
    auto read = open_message(examples::body_of(x.message));
    REQUIRE(read);
    CHECK(read->index() == x.message.index());
    CHECK(describe(*read) == describe(x.message));
  }
}

TEST_CASE("messages of nothing but defaults come back", "[schema]") {
  for (link_message x :
       {link_message{link_hello{}}, link_message{link_welcome{}},
        link_message{link_refuse{}}, link_message{link_host_accept{}},
        link_message{link_host_refuse{}}, link_message{link_host_close{}},
        link_message{link_layout{}}, link_message{link_ack{}},
        link_message{link_ping{}}, link_message{link_pong{}},
        link_message{link_bye{}}, link_message{link_drain{}},
        link_message{link_more{}}, link_message{link_cancel{}}}) {
    auto read = open_message(examples::body_of(x));
    REQUIRE(read);
    CHECK(describe(*read) == describe(x));
  }
}

TEST_CASE("codecs are offered in order and one is named", "[schema]") {
  using codecs = std::vector<link_codec>;
  for (auto& offered : {codecs{}, codecs{link_codec::lz4},
                        codecs{link_codec::zstd, link_codec::lz4},
                        codecs{link_codec::lz4, link_codec::zstd}}) {
    link_hello hello;
    hello.codecs = offered;
    auto read = open_message(examples::body_of(hello));
    REQUIRE(read);
    CHECK(std::get<link_hello>(*read).codecs == offered);
  }
  // One that a newer child knows is passed over.
  link_hello newer;
  newer.codecs = {static_cast<link_codec>(9), link_codec::lz4};
  auto read = open_message(examples::body_of(newer));
  REQUIRE(read);
  CHECK(std::get<link_hello>(*read).codecs == codecs{link_codec::lz4});
  link_welcome welcome;
  welcome.codec = link_codec::zstd;
  welcome.run_bytes_log = 20;
  read = open_message(examples::body_of(welcome));
  REQUIRE(read);
  CHECK(std::get<link_welcome>(*read).codec == link_codec::zstd);
  CHECK(std::get<link_welcome>(*read).run_bytes_log == 20);
  welcome.replication_step_s = 1200;
  read = open_message(examples::body_of(welcome));
  REQUIRE(read);
  CHECK(std::get<link_welcome>(*read).replication_step_s == 1200);
  welcome.codec = static_cast<link_codec>(9);
  CHECK(to_text(open_message(examples::body_of(welcome)).error())
        == "corrupt: link: unknown codec");
}

TEST_CASE("a message is framed by its length and four zero bytes", "[schema]") {
  std::string out = "already there";
  auto start = out.size();
  for (auto& x : examples::messages())
    put_message(out, x.message);
  CHECK(out.compare(0, start, "already there") == 0);
  auto at = start;
  for (auto& x : examples::messages()) {
    INFO(x.name);
    uint32_t header[2];
    REQUIRE(at + sizeof(header) <= out.size());
    memcpy(header, &out[at], sizeof(header));
    at += link_header_bytes;
    CHECK(header[1] == 0);
    CHECK(header[0] % 8 == 0);
    REQUIRE(at + header[0] <= out.size());
    auto body = std::string_view{out}.substr(at, header[0]);
    auto read = open_message(body);
    REQUIRE(read);
    CHECK(describe(*read) == describe(x.message));
    at += header[0];
  }
  CHECK(at == out.size());
}

TEST_CASE("a body is read at any alignment", "[schema]") {
  for (auto& x : examples::messages()) {
    auto body = examples::body_of(x.message);
    for (size_t offset = 1; offset < 8; ++offset) {
      auto moved = std::string(offset, 'x') + body;
      auto read = open_message(std::string_view{moved}.substr(offset));
      REQUIRE(read);
      CHECK(describe(*read) == describe(x.message));
    }
  }
}

TEST_CASE("a frame travels as the bytes that were sealed", "[schema]") {
  for (auto& x : examples::sealed_rows()) {
    auto body = examples::body_of(link_frame{1, 2, x.frame});
    auto read = open_message(body);
    REQUIRE(read);
    auto& message = std::get<link_frame>(*read);
    CHECK(message.frame->sealed() == x.frame->sealed());
    CHECK(message.number == 2);
  }
}

TEST_CASE("large blocks, layouts and texts come back", "[schema]") {
  std::string bytes(1'000'000, 'b');
  for (link_message x : {link_message{link_block{1, 2, 0, 1, bytes}},
                         link_message{link_layout{1, bytes}},
                         link_message{link_refuse{link_reason::busy, bytes}}}) {
    auto read = open_message(examples::body_of(x));
    REQUIRE(read);
    CHECK(describe(*read) == describe(x));
  }
}

TEST_CASE("reasons have the words that both sides show", "[schema]") {
  auto word = [](int x) {
    return std::string{to_string(static_cast<link_reason>(x))};
  };
  CHECK(word(0) == "none");
  CHECK(word(1) == "denied");
  CHECK(word(4) == "clone");
  CHECK(word(8) == "timeout");
  CHECK(word(10) == "unsupported");
  CHECK(word(11) == "draining");
  CHECK(word(12) == "tls wanted");
  CHECK(word(13) == "unknown");
  CHECK(word(65535) == "unknown");
}

TEST_CASE("every reason comes back", "[schema]") {
  for (int i = 0; i <= 12; ++i) {
    auto reason = static_cast<link_reason>(i);
    auto read = open_message(examples::body_of(link_bye{reason}));
    REQUIRE(read);
    CHECK(std::get<link_bye>(*read).reason == reason);
  }
}

TEST_CASE("a reason newer than this program still ends the link", "[schema]") {
  for (int i : {13, 14, 65535}) {
    auto reason = static_cast<link_reason>(i);
    auto read = open_message(examples::body_of(link_bye{reason}));
    REQUIRE(read);
    CHECK(std::get<link_bye>(*read).reason == link_reason::unsupported);
  }
}

TEST_CASE("the preface is the eight bytes of the protocol", "[schema]") {
  CHECK(link_preface == std::string_view{"TRBL\0\0\0\1", 8});
  CHECK(std::string{to_string(ack_durability::disk)} == "disk");
  CHECK(std::string{to_string(ack_durability::ram)} == "ram");
  CHECK(std::string{to_string(ack_durability::upstream)} == "upstream");
}

TEST_CASE("an ordinary hello is far below its cap", "[schema]") {
  auto body = examples::body_of(examples::messages()[0].message);
  CHECK(body.size() < link_hello_bytes_max / 16);
}

TEST_CASE("the largest frame's message is within its cap", "[schema]") {
  frame_header header;
  header.tick = 1;
  header.epoch = 1;
  header.columns = 1;
  // 7 words: segment table, root, four of numbers, pointer.
  std::string payload(frame::sealed_bytes_max - 56, 'p');
  auto sealed = frame::seal(header, payload);
  CHECK(sealed->sealed().size() == frame::sealed_bytes_max);
  auto body = examples::body_of(link_frame{1, 1, sealed});
  CHECK(body.size() <= link_message_bytes_max);
  CHECK(open_message(body));
}

TEST_CASE("wishes and the answer to a question come back", "[schema]") {
  link_hello hello;
  hello.wishes = wish_drain | wish_question;
  auto asked = open_message(examples::body_of(hello));
  REQUIRE(asked);
  CHECK(std::get<link_hello>(*asked).wishes == 3);
  link_welcome welcome;
  for (tick newest : {tick{0}, tick{1'790'000'000}, tick{UINT32_MAX}}) {
    welcome.newest = newest;
    auto told = open_message(examples::body_of(welcome));
    REQUIRE(told);
    CHECK(std::get<link_welcome>(*told).newest == newest);
  }
  welcome.newest = tick_max - 1; // of a clock far ahead: the latest there is
  auto told = open_message(examples::body_of(welcome));
  REQUIRE(told);
  CHECK(std::get<link_welcome>(*told).newest == UINT32_MAX);
}

TEST_CASE("who drains and who stays come back", "[schema]") {
  for (auto what : {link_drain{false, true}, link_drain{true, false}}) {
    auto read = open_message(examples::body_of(what));
    REQUIRE(read);
    CHECK(std::get<link_drain>(*read).stays == what.stays);
    CHECK(std::get<link_drain>(*read).ended == what.ended);
  }
}

TEST_CASE("requests of both kinds come back, to the last word", "[schema]") {
  link_request x;
  x.id = UINT64_MAX;
  x.wait_ms = UINT32_MAX;
  x.via.assign(request_nodes_max, guid::from_words(1, 2));
  x.words.assign(request_words_max, "w");
  auto read = open_message(examples::body_of(x));
  REQUIRE(read);
  CHECK(describe(*read) == describe(x));
  x.kind = request_kind::query;
  x.words = {"chart=system.cpu&after=-5"};
  read = open_message(examples::body_of(x));
  REQUIRE(read);
  CHECK(describe(*read) == describe(x));
}

TEST_CASE("a request beyond a bound is refused", "[schema]") {
  link_request good;
  good.id = 1;
  good.via = {guid::from_words(1, 2)};
  REQUIRE(open_message(examples::body_of(good)));
  auto refused = [&](auto change) {
    auto x = good;
    change(x);
    return !open_message(examples::body_of(x));
  };
  CHECK(refused([](auto& x) { x.id = 0; }));
  CHECK(refused([](auto& x) { x.via.clear(); }));
  CHECK(refused([](auto& x) { x.path.assign(request_nodes_max, "x"); }));
  CHECK(refused([](auto& x) { x.words.assign(request_words_max + 1, "x"); }));
  CHECK(refused([](auto& x) {
    x.words = {std::string(request_bytes_max, 'x'), "x"};
  }));
}

TEST_CASE("a piece of a reply is neither empty nor too large", "[schema]") {
  auto reads = [](size_t bytes) {
    link_reply x{1, false, std::string(bytes, 'x')};
    return static_cast<bool>(open_message(examples::body_of(x)));
  };
  CHECK(reads(1));
  CHECK(reads(reply_piece_bytes_max));
  CHECK_FALSE(reads(reply_piece_bytes_max + 1));
  CHECK_FALSE(reads(0));
}
