/// Feeds foreign bytes to one end of a TLS connection: instead of what the
/// other end says, between it or over it, before, within and behind the
/// handshake. What an end takes for plaintext is what the other end sent, from
/// its beginning, and nothing else.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <openssl/ssl.h>

#include "actors/link/wire_guard.hpp"
#include "tests/actors/link/certificates.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"

namespace tributary {

namespace {

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

enum class how : uint8_t {
  instead,
  in_front,
  mixed_in, // xor
  cut_and_behind,
  count
};

/// What stands before the foreign bytes of an input.
struct tls_input {
  uint8_t flags;
  /// Pieces that have been carried, either way, when the foreign bytes come.
  uint8_t turn;
  uint8_t kind;
  /// 0: all at once.
  uint8_t piece_bytes;
  uint32_t at;
};

static_assert(sizeof(tls_input) == 8);

constexpr uint8_t old_version = 1;
constexpr uint8_t resumed = 2;
/// The bytes go to the guard of a port, to no connection.
constexpr uint8_t to_port = 4;

/// A handshake has four flights at most, and tickets.
constexpr uint8_t turns_max = 10;

/// An answer to foreign bytes is an alert, or an honest flight.
constexpr size_t answer_bytes_max = 16u << 10;

constexpr auto name = "parent.example.org";

struct contexts {
  tls_context_ptr child;
  tls_context_ptr parent;
};

contexts make_contexts(bool old) {
  static examples::test_authority authority{"fuzz"};
  static auto files = authority.issue({name, {name}, {}});
  tls_sender_options below;
  below.ca_file = authority.file();
  tls_receiver_options above;
  above.policy = tls_policy::force;
  above.certificate = files.certificate;
  above.key = files.key;
  contexts result{*tls_context::for_sender(below, tls_version::v1_2),
                  *tls_context::for_receiver(above, tls_version::v1_2)};
  if (old)
    SSL_CTX_set_max_proto_version(result.parent->native(), TLS1_2_VERSION);
  return result;
}

const contexts& contexts_of(uint8_t flags) {
  static const contexts made[] = {make_contexts(false), make_contexts(true)};
  return made[(flags & old_version) != 0];
}

/// One end, what it was given to send, and what came out of it.
struct end {
  tls_stream stream;
  std::string said;
  std::string plain;
  std::vector<char> out;
  bool failed = false;

  void receive(std::string_view bytes) {
    if (failed)
      return;
    auto before = out.size();
    failed = static_cast<bool>(stream.receive(bytes, plain, out));
    require(out.size() - before <= answer_bytes_max);
  }

  void receive(std::string_view bytes, size_t piece_bytes) {
    auto most = piece_bytes == 0 ? bytes.size() : piece_bytes;
    while (!bytes.empty()) {
      receive(bytes.substr(0, most));
      bytes.remove_prefix(std::min(most, bytes.size()));
    }
  }

  void say(const char* words) {
    if (failed || !stream.established() || !said.empty())
      return;
    said = words;
    require(!stream.send(said, out));
  }

  std::string take() {
    std::string result{out.begin(), out.end()};
    out.clear();
    return result;
  }
};

std::string spoiled(const tls_input& input, std::string honest,
                    std::string_view foreign) {
  switch (static_cast<how>(input.kind % static_cast<uint8_t>(how::count))) {
  case how::in_front:
    return std::string{foreign} + honest;
  case how::mixed_in:
    for (size_t i = 0; i < foreign.size() && !honest.empty(); ++i)
      honest[(input.at + i) % honest.size()] ^= foreign[i];
    return honest;
  case how::cut_and_behind:
    honest.resize(honest.empty() ? 0 : input.at % honest.size());
    return honest.append(foreign);
  default:
    return std::string{foreign};
  }
}

bool begins(const std::string& whole, const std::string& start) {
  return whole.compare(0, start.size(), start) == 0;
}

void talk(const tls_input& input, std::string_view foreign) {
  auto& use = contexts_of(input.flags);
  // The name under which a session is kept is that of no other run.
  auto peer = (input.flags & resumed) != 0 ? "again" : "";
  end child{tls_stream::connecting(use.child, name, peer), {}, {}, {}};
  end parent{tls_stream::accepting(use.parent), {}, {}, {}};
  child.receive({});
  for (uint8_t i = 0; i < turns_max; ++i) {
    auto& from = i % 2 == 0 ? child : parent;
    auto& to = i % 2 == 0 ? parent : child;
    auto bytes = from.take();
    if (i == input.turn % turns_max)
      to.receive(spoiled(input, bytes, foreign), input.piece_bytes);
    else
      to.receive(bytes, 0);
    child.say("what a child says");
    parent.say("what a parent says");
    require(begins(parent.said, child.plain));
    require(begins(child.said, parent.plain));
  }
  child.stream.close(child.out);
  parent.receive(child.take(), 0);
  require(begins(child.said, parent.plain));
  // Nothing of it is an honest end, unless the child has said so.
  if (parent.stream.ended() && !parent.failed)
    require(child.stream.established());
}

/// The port that takes TLS only: a stranger's bytes are never plaintext.
void knock(const tls_input& input, std::string_view foreign) {
  wire_guard guard{{tls_policy::force, contexts_of(input.flags).parent}};
  std::string plain;
  std::vector<char> out;
  size_t most = input.piece_bytes == 0 ? foreign.size() : input.piece_bytes;
  while (!foreign.empty()) {
    auto error = guard.receive(foreign.substr(0, most), plain, out);
    if (!error && guard.waits())
      error = guard.begin(plain, out);
    require(plain.empty() && !guard.settled());
    require(out.size() <= answer_bytes_max);
    if (error)
      return;
    foreign.remove_prefix(std::min(most, foreign.size()));
  }
}

std::string input_of(const tls_input& head, std::string_view rest) {
  std::string result(sizeof(head), '\0');
  memcpy(&result[0], &head, sizeof(head));
  return result.append(rest);
}

/// What two ends say to each other, flight by flight.
std::vector<std::string> flights(uint8_t flags) {
  auto& use = contexts_of(flags);
  end child{tls_stream::connecting(use.child, name, ""), {}, {}, {}};
  end parent{tls_stream::accepting(use.parent), {}, {}, {}};
  child.receive({});
  std::vector<std::string> result;
  for (int i = 0; i < turns_max; ++i) {
    auto bytes = (i % 2 == 0 ? child : parent).take();
    (i % 2 == 0 ? parent : child).receive(bytes);
    if (!bytes.empty())
      result.push_back(std::move(bytes));
    child.say("what another child says");
    parent.say("what another parent says");
  }
  require(!parent.plain.empty() && parent.plain == child.said);
  require(!child.plain.empty() && child.plain == parent.said);
  child.stream.close(child.out);
  result.push_back(child.take());
  return result;
}

/// Records that can be written without a key.
std::vector<std::string> plain_records() {
  return {{"\x14\x03\x03\x00\x01\x01", 6},                  // change of cipher
          {"\x15\x03\x03\x00\x02\x01\x00", 7},              // close
          {"\x15\x03\x03\x00\x02\x02\x28", 7},              // failed handshake
          {"\x15\x03\x03\x00\x02\x01\x64", 7},              // no renegotiation
          {"\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9},      // hello request
          {"\x16\x03\x03\x00\x05\x18\x00\x00\x01\x01", 10}, // key update
          {"\x17\x03\x03\x00\x05hello", 10},
          {"\x18\x03\x03\x00\x03\x01\x40\x00", 8},              // heartbeat
          {"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11}, // SSL 2
          "TRBL",
          "GET / HTTP/1.1\r\n\r\n"};
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> result;
  auto foreign = plain_records();
  for (uint8_t flags : {0, 1})
    for (auto& x : flights(flags))
      foreign.push_back(std::move(x));
  uint8_t number = 0;
  for (auto& bytes : foreign)
    for (uint8_t turn = 0; turn < 6; ++turn) {
      ++number;
      tls_input head{static_cast<uint8_t>(number % 4), turn, number,
                     static_cast<uint8_t>(number % 3 == 0 ? 1 + turn : 0),
                     number * 7u};
      result.push_back(input_of(head, bytes));
      // Half of all are cheap: a port that meets a stranger.
      head.flags |= to_port;
      result.push_back(input_of(head, bytes));
    }
  return result;
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  tls_input head;
  if (size < sizeof(head))
    return 0;
  memcpy(&head, data, sizeof(head));
  std::string_view foreign{reinterpret_cast<const char*>(data) + sizeof(head),
                           size - sizeof(head)};
  if ((head.flags & to_port) != 0)
    knock(head, foreign);
  else
    talk(head, foreign);
  return 0;
}
