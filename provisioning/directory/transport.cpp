#include "directory/transport.hpp"

#include <lber.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace portal::directory {
namespace {

int fd_of(Sockbuf_IO_Desc* layer) {
  int fd = -1;
  (void)::ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
  return fd;
}

Transport& transport_of(Sockbuf_IO_Desc* layer) {
  return *static_cast<Transport*>(layer->sbiod_pvt);
}

int set_up(Sockbuf_IO_Desc* layer, void* transport) {
  layer->sbiod_pvt = transport;
  return 0;
}

int remove(Sockbuf_IO_Desc* layer) {
  delete &transport_of(layer);
  layer->sbiod_pvt = nullptr;
  return 0;
}

/// The last layer knows no option (lber-sockbuf(3)).
int control(Sockbuf_IO_Desc*, int, void*) { return 0; }

ber_slen_t read(Sockbuf_IO_Desc* layer, void* bytes, ber_len_t size) {
  return transport_of(layer).read(fd_of(layer), bytes, size);
}

ber_slen_t write(Sockbuf_IO_Desc* layer, void* bytes, ber_len_t size) {
  return transport_of(layer).write(fd_of(layer), bytes, size);
}

int close(Sockbuf_IO_Desc* layer) { return ::close(fd_of(layer)); }

Sockbuf_IO functions = {set_up, remove, control, read, write, close};

bool would_block(long done) { return done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK); }

}  // namespace

Transport* Transport::attach(::sockbuf* buffer, const Deadline& patience) {
  std::unique_ptr<Transport> transport(new Transport(patience));
  if (::ber_sockbuf_add_io(buffer, &functions, LBER_SBIOD_LEVEL_PROVIDER, transport.get()) != 0)
    return nullptr;
  return transport.release();
}

long Transport::read(int fd, void* bytes, unsigned long size) const noexcept {
  for (;;) {
    const long done = ::recv(fd, bytes, size, 0);
    if (done < 0 && errno == EINTR) continue;
    if (!would_block(done) || !patience_) return done;
    if (!wait(fd, POLLIN)) return -1;
  }
}

long Transport::write(int fd, const void* bytes, unsigned long size) const noexcept {
  for (;;) {
    const long done = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (!would_block(done) || !patience_) return done;
    if (!wait(fd, POLLOUT)) return -1;
  }
}

bool Transport::wait(int fd, short events) const noexcept {
  for (;;) {
    pollfd waited{fd, events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(patience_->left().count()));
    if (ready > 0) return true;
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) errno = ETIMEDOUT;  // not EAGAIN: libldap would ask again for ever
    return false;
  }
}

}  // namespace portal::directory
