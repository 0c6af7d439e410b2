/// Feeds bytes to the unpacker of packed runs, behind a frame that others may
/// follow. What is read must come back from being packed again.

#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/run_examples.hpp"

namespace tributary {

namespace {

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

/// What stands before the bytes of a run in an input.
struct run_input {
  uint32_t codec;
  uint32_t raw_bytes;
};

static_assert(sizeof(run_input) == 8);

constexpr link_codec codecs[]
    = {link_codec::lz4, link_codec::zstd, link_codec::none};

/// The frame in front of all.
const link_frame& first_frame() {
  static const auto result = [] {
    frame_header header;
    header.tick = 1'700'000'000;
    header.epoch = 1;
    header.columns = 9;
    return link_frame{1, 1, frame::seal(header, "first")};
  }();
  return result;
}

std::string input_of(uint32_t codec, const std::string& body) {
  run_input head{codec, 0};
  memcpy(&head.raw_bytes, &body[4], 4);
  return std::string{reinterpret_cast<const char*>(&head), sizeof(head)}.append(
      body, link_header_bytes, std::string::npos);
}

void pack_again(link_codec codec, const std::vector<link_message>& messages) {
  run_packer packer{codec, 1, link_run_bytes_max};
  run_unpacker unpacker{codec};
  packer.add(first_frame());
  for (auto& x : messages)
    packer.add(x);
  caf::error fault;
  auto again
      = examples::received(unpacker, examples::bodies_of(packer.take()), fault);
  require(!fault && again.size() == messages.size() + 1);
  for (size_t i = 0; i < messages.size(); ++i)
    require(describe(again[i + 1]) == describe(messages[i]));
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> result;
  for (uint32_t i = 0; i < 2; ++i)
    for (uint64_t seed = 0; seed < 8; ++seed) {
      run_packer packer{codecs[i], 1, link_run_bytes_max};
      packer.add(first_frame());
      packer.take();
      auto last = first_frame().frame->header();
      std::mt19937_64 engine{seed};
      for (uint64_t number = 2; number < 6; ++number) {
        auto frame = examples::frame_after(last, number, engine);
        frame.channel = 1;
        last = frame.frame->header();
        packer.add(frame);
      }
      if (seed % 2 == 1)
        for (auto& x : examples::lane_messages(seed, 10))
          packer.add(x);
      result.push_back(input_of(i, examples::bodies_of(packer.take()).front()));
    }
  return result;
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  run_input head;
  if (size < sizeof(head))
    return 0;
  memcpy(&head, data, sizeof(head));
  auto codec = codecs[head.codec % 3];
  const uint32_t words[] = {0, head.raw_bytes};
  std::vector<std::string> bodies{
      run_body(words, {reinterpret_cast<const char*>(data) + sizeof(head),
                       size - sizeof(head)})};
  run_unpacker unpacker{codec};
  unpacker.passed(first_frame());
  caf::error fault;
  auto messages = examples::received(unpacker, bodies, fault);
  require(messages.empty() || codec != link_codec::none);
  if (!messages.empty())
    pack_again(codec, messages);
  return 0;
}
