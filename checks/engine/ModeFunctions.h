// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Library functions that make descriptors, or switch descriptors and objects
// like them between blocking and not.
#ifndef GRIDLOCK_ENGINE_MODEFUNCTIONS_H
#define GRIDLOCK_ENGINE_MODEFUNCTIONS_H

#include <algorithm>
#include <array>
#include <string_view>

namespace gridlock {

/// Which argument holds the flags (-1: there are none, the descriptor blocks)
/// and which is an array of descriptors (-1: the result is the descriptor).
struct Maker {
  std::string_view Name;
  int Flags;
  int Array;
};
inline constexpr std::array Makers{Maker{"socket", 1, -1},
                                   Maker{"accept", -1, -1},
                                   Maker{"accept4", 3, -1},
                                   Maker{"open", 1, -1},
                                   Maker{"open64", 1, -1},
                                   Maker{"openat", 2, -1},
                                   Maker{"openat64", 2, -1},
                                   Maker{"creat", -1, -1},
                                   Maker{"eventfd", 1, -1},
                                   Maker{"timerfd_create", 1, -1},
                                   Maker{"signalfd", 2, -1},
                                   Maker{"inotify_init", -1, -1},
                                   Maker{"inotify_init1", 0, -1},
                                   Maker{"pipe", -1, 0},
                                   Maker{"pipe2", 1, 0},
                                   Maker{"socketpair", 1, 3},
                                   Maker{"mq_open", 1, -1},
                                   Maker{"posix_openpt", 0, -1},
                                   Maker{"fanotify_init", 0, -1},
                                   Maker{"redisConnect", -1, -1},
                                   Maker{"redisConnectWithTimeout", -1, -1},
                                   Maker{"BIO_new_connect", -1, -1},
                                   Maker{"BIO_new_accept", -1, -1},
                                   Maker{"BIO_new_ssl_connect", -1, -1}};

/// The object (-1: the receiver), the argument that says which mode, and
/// whether zero is non-blocking.
struct Switch {
  std::string_view Name;
  int Object;
  int Value;
  bool ZeroIsNonBlocking;
};
inline constexpr std::array Switches{
    Switch{"PQsetnonblocking", 0, 1, false},
    Switch{"ssh_set_blocking", 0, 1, true},
    Switch{"ssh_channel_set_blocking", 0, 1, true},
    Switch{"libssh2_session_set_blocking", 0, 1, true},
    Switch{"libssh2_channel_set_blocking", 0, 1, true},
    Switch{"boost::asio::basic_socket::non_blocking", -1, 0, false},
    Switch{"asio::basic_socket::non_blocking", -1, 0, false},
    Switch{"boost::asio::basic_socket_acceptor::non_blocking", -1, 0, false},
    Switch{"asio::basic_socket_acceptor::non_blocking", -1, 0, false},
    Switch{"Poco::Net::Socket::setBlocking", -1, 0, true}};

/// Whether a library function of this name changes the mode of objects.
inline bool isModeSwitch(std::string_view Name) {
  return std::any_of(Switches.begin(), Switches.end(),
                     [&](const Switch &Row) { return Row.Name == Name; });
}

/// Whether a library function of this name changes or makes descriptors.
inline bool isModeFunction(std::string_view Name) {
  auto Named = [&](const auto &Row) { return Row.Name == Name; };
  return std::any_of(Makers.begin(), Makers.end(), Named) ||
         isModeSwitch(Name) || Name == "fcntl" || Name == "fcntl64" ||
         Name == "ioctl" || Name == "BIO_ctrl" ||
         Name == "g_io_channel_set_flags" ||
         Name == "evutil_make_socket_nonblocking";
}

} // namespace gridlock

#endif
