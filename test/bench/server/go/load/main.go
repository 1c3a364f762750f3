//go:build linux

// Program load makes many calls to one server, each sending 50 frames a second, and tells what comes back of them: what lib/node/load/load-test.ts
// does, at a fraction of the processor time, since it shares the machine with the server. It works in turns of a millisecond, as a network card
// hands over what came meanwhile: a server is never made to wake it. Whatever comes is taken to have come when it is looked at, up to a
// millisecond later than it did. It writes lines of JSON: how it goes, and at the end a report. Linux only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
)

const (
	frameMs        = 20
	turnNs         = int64(time.Millisecond)
	maxTurn        = 64 // frames sent before what came is looked at
	maxSetUps      = 20 // at a time; as many hang up
	patienceMs     = 10_000
	progressEachMs = 1000
)

type load struct {
	connections            int
	epoll                  int
	address                *net.TCPAddr
	start                  time.Time
	lines                  []*line
	calls                  []*line // of them, those that became active
	pending                int     // being set up
	failures               map[string]int
	phase                  string
	phaseAt, toldAt        float64
	cameAt                 float64
	measuredFrom           float64
	measuredTo             float64
	sent, refused, echoed  int
	received, foreignBytes int
	endedEarly             int
	endedCleanly           int
	setUp, latency         histogram
	lateness, sendLate     histogram
	buffer                 [1 << 16]byte
	events                 [256]syscall.EpollEvent
	out                    *json.Encoder
}

func main() {
	address := flag.String("address", "", "host:port of the server")
	connections := flag.Int("connections", 1, "")
	durationMs := flag.Float64("duration-ms", 5000, "how long is measured")
	warmUpMs := flag.Float64("warm-up-ms", 1000, "sound before that")
	stragglersMs := flag.Float64("stragglers-ms", 5000, "how long frames are waited for that have not come back at the end")
	flag.Parse()
	runtime.LockOSThread()
	to, err := net.ResolveTCPAddr("tcp4", *address)
	if err != nil {
		fail(err)
	}
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		fail(err)
	}
	l := &load{connections: *connections, epoll: epoll, address: to, start: time.Now(), failures: map[string]int{}, measuredFrom: 1e18, measuredTo: 1e18}
	l.out = json.NewEncoder(os.Stdout)
	l.enter("connecting")
	l.dialAll()
	if len(l.calls) > 0 {
		l.talk(*durationMs, *warmUpMs, *stragglersMs)
	}
	l.enter("hanging up")
	l.hangUpAll()
	l.report()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// now is milliseconds since the start.
func (l *load) now() float64 {
	return float64(time.Since(l.start)) / 1e6
}

func (l *load) dialAll() {
	for len(l.lines) < l.connections || l.pending > 0 {
		for l.pending < maxSetUps && len(l.lines) < l.connections {
			index := len(l.lines)
			call := newLine(fmt.Sprintf("load-%d", index+1))
			call.startAt = l.now()
			l.lines = append(l.lines, call)
			var err error
			if call.fd, err = dial(l.epoll, l.address, int32(index)); err != nil {
				call.state = closed
				l.failures["unreachable"]++
				continue
			}
			l.pending++
			call.upgrade(l.address.String())
		}
		l.turn()
		for _, call := range l.lines {
			if call.state < active && l.now()-call.startAt > patienceMs {
				l.end(call, "timeout")
			}
		}
	}
}

// talk sends frames on one absolute schedule: every call one every 20 ms, the calls spread evenly over that time, as callers are in life.
func (l *load) talk(durationMs, warmUpMs, stragglersMs float64) {
	l.enter("warming up")
	startAt := l.phaseAt
	l.measuredFrom = startAt + warmUpMs
	l.measuredTo = l.measuredFrom + durationMs
	apart := frameMs / float64(len(l.calls))
	sent := 0
	for over := false; !over; {
		more := true
		for count := 0; count < maxTurn; count++ {
			dueAt, now := startAt+float64(sent)*apart, l.now()
			if over = dueAt >= l.measuredTo; over || dueAt > now {
				more = false
				break
			}
			l.send(l.calls[sent%len(l.calls)], dueAt, now)
			sent++
		}
		if more {
			l.look()
		} else {
			l.turn()
		}
	}
	l.tell()
	for deadline := l.now() + stragglersMs; l.echoed > 0 && l.echoed < l.sent && l.now() < deadline; {
		l.turn()
	}
}

func (l *load) send(call *line, dueAt, now float64) {
	measured := dueAt >= l.measuredFrom
	if measured && l.phase == "warming up" {
		l.enter("measuring")
	}
	went := call.sendSound(dueAt, now)
	if !measured {
		return
	}
	l.sendLate.add(now - dueAt)
	if went {
		l.sent++
	} else {
		l.refused++
	}
}

func (l *load) hangUpAll() {
	var leaving []*line
	deadline := l.now() + patienceMs
	for next := 0; l.now() < deadline; {
		for len(leaving) < maxSetUps && next < len(l.calls) {
			if call := l.calls[next]; call.state == active {
				call.hangUp()
				leaving = append(leaving, call)
				deadline = l.now() + patienceMs
			}
			next++
		}
		if len(leaving) == 0 {
			return
		}
		l.turn()
		left := leaving[:0]
		for _, call := range leaving {
			if call.state != closed {
				left = append(left, call)
			} else if call.goodbye {
				l.endedCleanly++
			}
		}
		leaving = left
	}
}

// turn looks at what came, and rests.
func (l *load) turn() {
	if l.look() == len(l.events) {
		return
	}
	if l.now()-l.toldAt >= progressEachMs {
		l.tell()
	}
	sleep(turnNs)
}

// look takes in what came, without waiting. It returns how many lines had something.
func (l *load) look() int {
	count := ready(l.epoll, l.events[:])
	for _, event := range l.events[:count] {
		call := l.lines[event.Fd]
		if call.state == closed {
			continue
		}
		n, again := readNow(call.fd, l.buffer[:])
		if again {
			continue
		}
		if n <= 0 {
			l.end(call, "closed")
			continue
		}
		before, now := call.state, l.now()
		l.cameAt = now
		err := call.read(l.buffer[:n], l)
		if err != nil {
			l.end(call, err.Error())
		} else if before < active && call.state == active {
			l.pending--
			l.setUp.add(now - call.startAt)
			l.calls = append(l.calls, call)
		}
		call.flush()
	}
	return count
}

// heard is told of sound, which came at cameAt.
func (l *load) heard(call *line, payload []byte) {
	l.received += len(payload)
	dueAt, sentAt, ours := call.echoOf(payload)
	if !ours {
		l.foreignBytes += len(payload)
	} else if dueAt >= l.measuredFrom && dueAt < l.measuredTo {
		l.echoed++
		l.latency.add(l.cameAt - sentAt)
		l.lateness.add(l.cameAt - dueAt)
	}
}

func (l *load) end(call *line, why string) {
	if call.state < active {
		l.pending--
		l.failures[why]++
	} else if l.phase != "hanging up" {
		l.endedEarly++
	}
	call.close()
}

func (l *load) enter(phase string) {
	l.phase = phase
	l.phaseAt = l.now()
	l.tell()
}

func (l *load) tell() {
	l.toldAt = l.now()
	up := 0
	for _, call := range l.calls {
		if call.state == active {
			up++
		}
	}
	failed := 0
	for _, count := range l.failures {
		failed += count
	}
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	_ = l.out.Encode(map[string]any{
		"phase": l.phase, "elapsedMs": l.toldAt - l.phaseAt, "active": up, "failed": failed, "sentFrames": l.sent,
		"echoedFrames": l.echoed, "p99Ms": l.latency.percentile(0.99), "cpuUs": (used.Utime.Nano() + used.Stime.Nano()) / 1000,
	})
}

func (l *load) report() {
	lost := 0
	if l.echoed > 0 {
		lost = l.sent - l.echoed
	}
	measuredMs := 0
	if len(l.calls) > 0 {
		measuredMs = int(l.measuredTo - l.measuredFrom)
	}
	_ = l.out.Encode(map[string]any{"report": map[string]any{
		"url": "ws://" + l.address.String() + "/", "codec": "L16/8000/1", "connections": l.connections, "connected": len(l.calls),
		"failures": l.failures, "measuredMs": measuredMs, "setUpMs": l.setUp.summary(), "echo": l.echoed > 0,
		"latencyMs": l.latency.summary(), "latenessMs": l.lateness.summary(), "sendLateMs": l.sendLate.summary(),
		"frames":        map[string]int{"sent": l.sent, "echoed": l.echoed, "lost": lost, "refused": l.refused},
		"receivedBytes": l.received, "foreignBytes": l.foreignBytes, "endedEarly": l.endedEarly, "endedCleanly": l.endedCleanly,
	}})
}
