package browser

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// ownNetwork is an environment variable of the process that has a network
// namespace of its own.
const ownNetwork = "PASSAGE_TEST_OWN_NETWORK"

// inOwnNetwork runs the test again in a process with a network namespace of its
// own, and reports whether it did. That requires privileges.
func inOwnNetwork(t *testing.T) bool {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	if os.Getenv(ownNetwork) != "" {
		setUpNetwork(t)
		return false
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	again.Env = append(os.Environ(), ownNetwork+"=1")
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	output, err := again.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || strings.Contains(string(output), "--- SKIP: "+t.Name()) {
		t.Logf("no network namespace: the test sees only what reaches the sinks\n%s", output)
		return false
	}
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Errorf("in a network namespace: %v\n%s", err, output)
	}
	return true
}

// setUpNetwork sets up loopback, and one device that every other address is routed
// to and that ends in this process. To a browser it is a network like any other.
func setUpNetwork(t *testing.T) {
	t.Helper()
	line, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	setUp := func(device string, control int, request uint, flags uint16) {
		ifreq, err := unix.NewIfreq(device)
		if err == nil {
			ifreq.SetUint16(flags)
			err = unix.IoctlIfreq(control, request, ifreq)
		}
		if errors.Is(err, os.ErrPermission) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatalf("set %s up: %v", device, err)
		}
	}
	setUp("world", int(line.Fd()), unix.TUNSETIFF, unix.IFF_TUN|unix.IFF_NO_PI)
	control, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(control) }()
	setUp("lo", control, unix.SIOCSIFFLAGS, unix.IFF_UP)
	setUp("world", control, unix.SIOCSIFFLAGS, unix.IFF_UP)
	device, err := net.InterfaceByName("world")
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"10.9.8.7", "fd09::7"} {
		if err := connect(netip.MustParseAddr(address), uint32(device.Index)); err != nil {
			t.Fatalf("connect %s to the world: %v", address, err)
		}
	}
}

// connect gives a device an address, and routes everything else to it.
func connect(address netip.Addr, device uint32) error {
	family, bits := byte(unix.AF_INET), byte(32)
	if address.Is6() {
		family, bits = unix.AF_INET6, 128
	}
	order := binary.NativeEndian
	err := rtnetlink(unix.RTM_NEWADDR, order.AppendUint32([]byte{family, bits, unix.IFA_F_NODAD, unix.RT_SCOPE_UNIVERSE}, device),
		unix.IFA_LOCAL, address.AsSlice(), unix.IFA_ADDRESS, address.AsSlice())
	if err != nil {
		return err
	}
	return rtnetlink(unix.RTM_NEWROUTE,
		[]byte{family, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0},
		unix.RTA_OIF, order.AppendUint32(nil, device))
}

// rtnetlink sends one message, with pairs of an attribute's kind and value, as
// rtnetlink(7) describes it, and returns what the kernel answers.
func rtnetlink(kind uint16, header []byte, attributes ...any) error {
	link, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(link) }()
	order := binary.NativeEndian
	for n := 0; n < len(attributes); n += 2 {
		value := attributes[n+1].([]byte)
		header = order.AppendUint16(header, uint16(unix.SizeofRtAttr+len(value)))
		header = order.AppendUint16(header, uint16(attributes[n].(int)))
		header = append(header, value...)
	}
	message := order.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(header)))
	message = order.AppendUint16(message, kind)
	message = order.AppendUint16(message, unix.NLM_F_REQUEST|unix.NLM_F_ACK|unix.NLM_F_CREATE)
	message = order.AppendUint64(message, 0) // sequence, and who asks
	if err := unix.Sendto(link, append(message, header...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	reply := make([]byte, 4096)
	n, _, err := unix.Recvfrom(link, reply, 0)
	if err != nil {
		return err
	}
	if code := int32(order.Uint32(reply[unix.SizeofNlMsghdr:n])); code != 0 {
		return syscall.Errno(-code)
	}
	return nil
}

// capture records every packet of the process's own network, if it has one. The
// function that it returns lists those that do not belong to TCP connections with
// the ports of the allowed addresses.
func capture(t *testing.T, allowed ...string) (rest func() []string) {
	t.Helper()
	if os.Getenv(ownNetwork) == "" {
		return func() []string { return nil }
	}
	all := uint16(unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8) // in network order
	tap, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(all))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(tap, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20); err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(tap), "packets")
	w := &wire{ports: map[uint16]bool{}, marked: make(chan struct{})}
	for _, address := range allowed {
		w.ports[netip.MustParseAddrPort(address).Port()] = true
	}
	var reading sync.WaitGroup
	reading.Go(func() { w.read(file) })
	return func() []string {
		w.finish(t)
		_ = file.Close()
		reading.Wait()
		slices.Sort(w.foreign)
		return slices.Compact(w.foreign)
	}
}

// wire sorts packets.
type wire struct {
	ports   map[uint16]bool
	marked  chan struct{} // closed when the last packet was seen
	seen    int
	foreign []string
}

// mark is the address of the last packet.
var mark = netip.MustParseAddrPort("127.99.99.99:9")

// finish sends a packet and waits until it is captured, after all those before it.
func (w *wire) finish(t *testing.T) {
	t.Helper()
	last, err := net.Dial("udp4", mark.String())
	if err == nil {
		_, err = last.Write([]byte("last"))
	}
	if err != nil {
		t.Fatal(err)
	}
	<-w.marked
	_ = last.Close()
	if w.seen == 0 {
		t.Error("no packet was captured, not even an allowed one")
	}
}

func (w *wire) read(tap *os.File) {
	for {
		packet := make([]byte, 2048)
		n, err := tap.Read(packet)
		if err != nil {
			return
		}
		protocol, from, to, ok := parsePacket(packet[:n])
		switch {
		case to == mark:
			select {
			case <-w.marked:
			default:
				close(w.marked)
			}
		case from.Addr() == mark.Addr(), to.Addr() == mark.Addr(): // nobody listens there, says the system
		case fromKernel(packet[:n]):
		case ok && protocol == unix.IPPROTO_TCP && (w.ports[from.Port()] || w.ports[to.Port()]):
			w.seen++
		default:
			w.foreign = append(w.foreign, fmt.Sprintf("a packet of protocol %d to %s", protocol, to))
		}
	}
}

// neighbours are the groups that an IPv6 address's owner joins (RFC 4291, 2.7.1).
var neighbours = netip.MustParsePrefix("ff02::1:ff00:0/104")

// fromKernel reports whether the kernel sent a packet for its own addresses: it
// looks for routers (RFC 4861) and joins groups (RFC 3810).
func fromKernel(packet []byte) bool {
	const askForRouter, report, header = 133, 143, 40
	switch {
	case len(packet) < header+8 || packet[0]>>4 != 6:
		return false
	case packet[6] == unix.IPPROTO_ICMPV6:
		return packet[header] == askForRouter
	case packet[6] != unix.IPPROTO_HOPOPTS || len(packet) < header+16 || packet[header+8] != report:
		return false
	}
	for groups := packet[header+16:]; len(groups) >= 20; groups = groups[20:] {
		if group, _ := netip.AddrFromSlice(groups[4:20]); !neighbours.Contains(group) {
			return false
		}
	}
	return true
}

// parsePacket reads an IP header, and the ports behind it.
func parsePacket(packet []byte) (protocol byte, from, to netip.AddrPort, ok bool) {
	var source, target netip.Addr
	var header int
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4:
		header, protocol = int(packet[0]&15)*4, packet[9]
		source, _ = netip.AddrFromSlice(packet[12:16])
		target, _ = netip.AddrFromSlice(packet[16:20])
	case len(packet) >= 40 && packet[0]>>4 == 6:
		header, protocol = 40, packet[6]
		source, _ = netip.AddrFromSlice(packet[8:24])
		target, _ = netip.AddrFromSlice(packet[24:40])
	default:
		return 0, from, to, false
	}
	if len(packet) < header+4 {
		return protocol, netip.AddrPortFrom(source, 0), netip.AddrPortFrom(target, 0), true
	}
	ports := packet[header:]
	return protocol, netip.AddrPortFrom(source, binary.BigEndian.Uint16(ports)), netip.AddrPortFrom(target, binary.BigEndian.Uint16(ports[2:])), true
}
