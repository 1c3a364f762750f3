//go:build linux

package main

import (
	"net"
	"syscall"
	"unsafe"
)

// System calls that the scheduler of Go is not told of: nothing else runs in this process, and there are two for every frame.

// writeNow returns how many bytes were taken; negative: none.
func writeNow(fd int, data []byte) int {
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)))
	if errno != 0 {
		return -1
	}
	return int(n)
}

// readNow returns 0 at the end of the connection, and negative where nothing is there (again true) or the connection is lost.
func readNow(fd int, into []byte) (n int, again bool) {
	r, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&into[0])), uintptr(len(into)))
	if errno != 0 {
		return -1, errno == syscall.EAGAIN || errno == syscall.EINTR
	}
	return int(r), false
}

// ready fills events with what can be read, without waiting.
func ready(epoll int, events []syscall.EpollEvent) int {
	n, _, errno := syscall.RawSyscall6(
		syscall.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

func sleep(nanoseconds int64) {
	wait := syscall.NsecToTimespec(nanoseconds)
	_, _, _ = syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&wait)), 0, 0)
}

// dial connects, and asks epoll to tell when something comes. On loopback a connection is there at once.
func dial(epoll int, to *net.TCPAddr, key int32) (fd int, err error) {
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	address := syscall.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}
	for _, step := range []func() error{
		func() error { return syscall.Connect(fd, &address) },
		func() error { return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1) },
		func() error { return syscall.SetNonblock(fd, true) },
		func() error {
			return syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: key})
		},
	} {
		if err = step(); err != nil {
			_ = syscall.Close(fd)
			return -1, err
		}
	}
	return fd, nil
}
