#include "actors/http/server.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "actors/http/connection.hpp"
#include "actors/http/listening_socket.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Programs that the node starts must not inherit a client's socket.
template <class Socket>
void close_on_exec(Socket& socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

class plain_transport final : public http_transport {
public:
  plain_transport(tcp::socket socket, std::string peer_address)
      : socket_(std::move(socket)),
        alarm_(socket_.get_executor()),
        peer_address_(std::move(peer_address)) {}

  std::string peer_address() const override {
    return peer_address_;
  }

  void handshake(std::function<void(bool)> done) override {
    asio::post(socket_.get_executor(),
               [done = std::move(done)] { done(true); });
  }

  void read(char* to, size_t bytes_max, io_callback done) override {
    socket_.async_read_some(
        asio::buffer(to, bytes_max),
        [done = std::move(done)](error_code fault, size_t bytes) {
          done(!fault, bytes);
        });
  }

  void write(std::string_view first, std::string_view second,
             io_callback done) override {
    std::array<asio::const_buffer, 2> parts{asio::buffer(first),
                                            asio::buffer(second)};
    asio::async_write(socket_, parts,
                      [done = std::move(done)](error_code fault, size_t bytes) {
                        done(!fault, bytes);
                      });
  }

  void shutdown_write() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    disarm();
    error_code ignored;
    socket_.close(ignored);
  }

  void arm(std::chrono::milliseconds after,
           std::function<void()> ring) override {
    alarm_.expires_after(after);
    // A ring that is already queued can't be cancelled, but it can be told
    // from its successor.
    alarm_.async_wait([this, alive = std::weak_ptr<int>(alive_),
                       number = ++alarm_number_,
                       ring = std::move(ring)](error_code fault) {
      if (!fault && !alive.expired() && number == alarm_number_)
        ring();
    });
  }

  void disarm() override {
    ++alarm_number_;
    alarm_.cancel();
  }

private:
  tcp::socket socket_;
  asio::steady_timer alarm_;
  std::string peer_address_;
  uint64_t alarm_number_ = 0;
  /// Gone with this object, of which a queued ring must not ask more.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// Outlives its `io_context`: exchanges may be answered after the server.
class asio_loop final : public http_loop {
public:
  explicit asio_loop(asio::io_context& io) : io_(&io) {}

  bool post(std::function<void()> task) override {
    std::lock_guard<std::mutex> guard{mutex_};
    if (!io_)
      return false;
    asio::post(*io_, std::move(task));
    return true;
  }

  void end() {
    std::lock_guard<std::mutex> guard{mutex_};
    io_ = nullptr;
  }

private:
  std::mutex mutex_;
  asio::io_context* io_;
};

/// Numeric text of a client's address, in its IPv4 form where it has one.
std::string numeric(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())
        .to_string();
  return address.to_string();
}

/// Errors of one client that left before it was accepted; the rest mean that
/// we lack something, and asking again at once would only burn time.
bool is_passing(const error_code& fault) {
  return fault == asio::error::connection_aborted
         || fault == asio::error::interrupted || fault.value() == EPROTO;
}

/// One listening socket and whether it is waiting for a client.
struct listener {
  explicit listener(asio::io_context& io) : acceptor(io), pause(io) {}

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  bool accepting = false;
};

/// Signals are for the threads of whoever owns the process.
class blocked_signals {
public:
  blocked_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }

  blocked_signals(const blocked_signals&) = delete;
  blocked_signals& operator=(const blocked_signals&) = delete;

  ~blocked_signals() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t before_;
};

} // namespace

/// Everything of a server that runs. Members are used on the loop's thread
/// only, but for those that say otherwise.
class http_server::state {
public:
  state(http_options options, exchange_handler handler)
      : options_(std::move(options)),
        loop_(std::make_shared<asio_loop>(io_)),
        drain_limit_(io_) {
    context_.limits = options_.limits;
    context_.link_port = options_.link_port;
    context_.handle = std::move(handler);
    context_.loop = loop_;
    context_.ended = [this](http_connection& x) {
      on_ended(x);
    };
  }

  /// Before the thread runs.
  caf::expected<uint16_t> listen() {
    auto port = options_.port;
    for (auto& where : options_.addresses) {
      auto socket = open_listening_socket(where, port);
      if (!socket)
        return std::move(socket.error());
      port = socket->port;
      auto protocol = socket->version == ip_version::v6 ? tcp::v6() : tcp::v4();
      listeners_.push_back(std::make_unique<listener>(io_));
      error_code fault;
      listeners_.back()->acceptor.assign(protocol, socket->descriptor, fault);
      if (fault) {
        ::close(socket->descriptor);
        return make_error(ec::disconnected,
                          "can't listen on " + where + ": " + fault.message());
      }
    }
    if (listeners_.empty())
      return make_error(ec::bad_configuration, "no address to listen on");
    return port;
  }

  /// By the owner.
  void run() {
    accept_all();
    blocked_signals guard;
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "http");
      io_.run();
    });
  }

  /// By the owner.
  void stop() {
    asio::post(io_, [this] { drain(); });
    thread_.join();
    loop_->end();
  }

  /// From any thread.
  size_t connections_count() const noexcept {
    return connections_count_;
  }

private:
  void accept_all() {
    for (auto& x : listeners_)
      accept(*x);
  }

  void accept(listener& from) {
    if (context_.draining || from.accepting
        || connections_.size() >= options_.limits.connections)
      return;
    from.accepting = true;
    from.acceptor.async_accept(
        [this, &from](error_code fault, tcp::socket socket) {
          from.accepting = false;
          on_accepted(from, fault, std::move(socket));
        });
  }

  void on_accepted(listener& from, error_code fault, tcp::socket socket) {
    if (context_.draining)
      return;
    if (!fault)
      begin(std::move(socket));
    else if (!is_passing(fault)) {
      accept_later(from);
      return;
    }
    accept(from);
  }

  /// Most likely the process is out of descriptors.
  void accept_later(listener& from) {
    from.accepting = true;
    from.pause.expires_after(options_.limits.accept_pause);
    from.pause.async_wait([this, &from](error_code fault) {
      from.accepting = false;
      if (!fault)
        accept(from);
    });
  }

  void begin(tcp::socket socket) {
    error_code fault;
    auto peer = socket.remote_endpoint(fault);
    if (fault)
      return;
    close_on_exec(socket);
    socket.set_option(tcp::no_delay(true), fault);
    auto transport = std::make_unique<plain_transport>(std::move(socket),
                                                       numeric(peer.address()));
    auto connection
        = std::make_shared<http_connection>(std::move(transport), context_);
    connections_.insert(connection);
    connections_count_ = connections_.size();
    connection->start();
  }

  void on_ended(http_connection& which) {
    connections_.erase(which.shared_from_this());
    connections_count_ = connections_.size();
    if (context_.draining && connections_.empty())
      io_.stop();
    accept_all();
  }

  void drain() {
    context_.draining = true;
    for (auto& x : listeners_) {
      error_code ignored;
      x->acceptor.close(ignored);
      x->pause.cancel();
    }
    // A copy, for those that close leave the set.
    for (auto& x : std::vector(connections_.begin(), connections_.end()))
      x->drain();
    if (connections_.empty()) {
      io_.stop();
      return;
    }
    drain_limit_.expires_after(options_.limits.drain);
    drain_limit_.async_wait([this](error_code fault) {
      if (!fault)
        close_all();
    });
  }

  void close_all() {
    for (auto& x : std::vector(connections_.begin(), connections_.end()))
      x->close();
  }

  http_options options_;
  /// One thread runs it, so it needs no locks of its own.
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::shared_ptr<asio_loop> loop_;
  connection_context context_;
  std::vector<std::unique_ptr<listener>> listeners_;
  std::unordered_set<std::shared_ptr<http_connection>> connections_;
  asio::steady_timer drain_limit_;
  std::atomic<size_t> connections_count_{0};
  std::thread thread_;
};

http_server::http_server() = default;

http_server::~http_server() {
  stop();
}

caf::expected<uint16_t> http_server::start(http_options options,
                                           exchange_handler handler) {
  auto next = std::make_unique<state>(std::move(options), std::move(handler));
  auto port = next->listen();
  if (!port)
    return port;
  next->run();
  state_ = std::move(next);
  return port;
}

void http_server::stop() {
  if (!state_)
    return;
  state_->stop();
  state_.reset();
}

size_t http_server::connections_count() const noexcept {
  return state_ ? state_->connections_count() : 0;
}

} // namespace tributary
