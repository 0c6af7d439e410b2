#include "tools/swarm/swarm_child.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/error.hpp"
#include "tools/swarm/clocks.hpp"

namespace tributary::load {

namespace {

/// Puts the columns of `part` behind those of `row`.
void append(frame_row& row, const frame_row& part) {
  auto at = row.values.size();
  row.values.insert(row.values.end(), part.values.begin(), part.values.end());
  row.present.resize((row.values.size() + 63) / 64);
  for (uint32_t i = 0; i < part.values.size(); ++i)
    if (bit_at(part.present, i))
      set_bit(row.present, static_cast<uint32_t>(at) + i);
}

chart_ptr renamed(const chart& like, const std::string& id) {
  auto result = std::make_shared<chart>(like);
  result->id = result->name = id;
  return result;
}

} // namespace

swarm_child::swarm_child(host_lane lane, row_source_ptr source,
                         std::string api_key, link_codec codec,
                         swarm_counts& counts)
    : source_(std::move(source)),
      counts_(counts),
      link_(std::move(lane), std::move(api_key), codec, counts) {
  // nop
}

swarm_child::~swarm_child() {
  if (socket_ >= 0)
    close(socket_);
}

void swarm_child::connected(int socket, std::unique_ptr<wire_guard> guard) {
  socket_ = socket;
  guard_ = std::move(guard);
  sealed_.clear();
  writing_.clear();
  written_ = 0;
  link_.begin();
  if (guard_)
    if (auto error = guard_->connect(sealed_)) {
      lose(to_text(error));
      return;
    }
  on_writable();
}

void swarm_child::cut() {
  if (!is_connected())
    return;
  linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(socket_);
  socket_ = -1;
  link_.end();
  ++counts_.links_cut;
}

bool swarm_child::has_out() const noexcept {
  return !link_.out().empty() || !sealed_.empty();
}

caf::error swarm_child::take_out() {
  link_.pump();
  if (!guard_) {
    writing_.swap(link_.out());
    return {};
  }
  auto error = guard_->send(link_.out(), sealed_);
  link_.out().clear();
  writing_.assign(sealed_.begin(), sealed_.end());
  sealed_.clear();
  return error;
}

caf::error swarm_child::take_in(std::string_view bytes) {
  if (!guard_)
    return link_.feed(bytes, now_ms());
  plain_.clear();
  if (auto error = guard_->receive(bytes, plain_, sealed_))
    return error;
  if (auto error = link_.feed(plain_, now_ms()))
    return error;
  return guard_->ended() ? make_error(ec::disconnected, "closed by the parent")
                         : caf::error{};
}

void swarm_child::prepare(tick t) {
  prepared_tick_ = t;
  source_->next(prepared_);
  for (auto& x : more_) {
    x->next(part_);
    append(prepared_, part_);
  }
}

void swarm_child::push(double since_ms) {
  link_.push(prepared_tick_, std::exchange(prepared_, {}), since_ms);
  on_writable();
}

void swarm_child::add_chart() {
  auto& lane = link_.lane();
  auto number = more_.size();
  more_.push_back(
      make_pattern_source(pattern_chart_columns,
                          lane.columns_of().columns() * 1'000'003ull + number));
  link_.add_chart(renamed(*more_.back()->charts().front(),
                          "swarm.more" + std::to_string(number)));
}

void swarm_child::on_writable() {
  while (is_connected()) {
    if (written_ == writing_.size()) {
      writing_.clear();
      written_ = 0;
      if (auto error = take_out()) {
        lose(to_text(error));
        return;
      }
      if (writing_.empty())
        return;
    }
    auto count = send(socket_, &writing_[written_], writing_.size() - written_,
                      MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN)
      return;
    if (count < 0) {
      lose(strerror(errno));
      return;
    }
    written_ += static_cast<size_t>(count);
    counts_.bytes_sent += static_cast<uint64_t>(count);
  }
}

void swarm_child::on_readable() {
  char piece[16384];
  while (is_connected()) {
    auto count = recv(socket_, piece, sizeof(piece), 0);
    if (count < 0 && errno == EAGAIN)
      break;
    if (count <= 0) {
      lose(count == 0 ? "closed by the parent" : strerror(errno));
      return;
    }
    if (auto error = take_in({piece, static_cast<size_t>(count)})) {
      lose(to_text(error));
      return;
    }
  }
  on_writable();
}

void swarm_child::lose(const std::string& why) {
  ++counts_.links_lost;
  reason_ = why;
  close(socket_);
  socket_ = -1;
  link_.end();
}

} // namespace tributary::load
