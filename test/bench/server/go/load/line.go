//go:build linux

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand"
	"syscall"
)

const (
	frameBytes = 320
	headBytes  = 8 // of a masked frame of that length
	// mark begins the sound of a frame of ours; number, when it was due and when it was sent (float64) follow, all little-endian.
	mark = 0x56424252

	opText, opBinary, opClose, opPing, opPong = 1, 2, 8, 9, 10

	codec = `{"id":"L16/8000/1","name":"L16","sample_rate":8000,"bit_depth":16,"channels":1}`
)

type listener interface {
	heard(call *line, payload []byte)
}

type state int

const (
	dialling state = iota // the connection, or the answer to the upgrade, is not there yet
	introduced
	active
	parting
	closed
)

// line is one call: a bare TCP connection, frames that are made and masked once and only renumbered, no session. It speaks rtvbp.v1 as far as an
// echo needs it.
type line struct {
	fd      int
	id      string
	state   state
	goodbye bool
	startAt float64
	key     [4]byte
	key64   uint64
	// The next frame, masked.
	frame [headBytes + frameBytes]byte
	// The number of the next frame, and the lowest that may come back.
	number, expected uint32
	// The beginning of what has not come whole.
	held []byte
	// What the socket did not take yet.
	unsent []byte
	fault  string
}

func newLine(id string) *line {
	l := &line{fd: -1, id: id}
	binary.LittleEndian.PutUint32(l.key[:], rand.Uint32()|1)
	l.key64 = uint64(binary.LittleEndian.Uint32(l.key[:])) * (1<<32 + 1)
	l.frame[0], l.frame[1] = 0x80|opBinary, 0x80|126
	binary.BigEndian.PutUint16(l.frame[2:], frameBytes)
	copy(l.frame[4:], l.key[:])
	// A quiet noise: whoever decodes it hears something, and no run of zeros helps anybody.
	sound := l.frame[headBytes:]
	for i := 0; i < frameBytes; i += 2 {
		sound[i] = byte(i*37) & 0x7f
	}
	binary.LittleEndian.PutUint32(sound, mark)
	for i := range sound {
		sound[i] ^= l.key[i&3]
	}
	return l
}

// sendSound sends the next frame, which was due at that time.
func (l *line) sendSound(dueAt, now float64) bool {
	if l.state != active {
		return false
	}
	sound := l.frame[headBytes:]
	binary.LittleEndian.PutUint32(sound[4:], l.number^uint32(l.key64))
	binary.LittleEndian.PutUint64(sound[8:], math.Float64bits(dueAt)^l.key64)
	binary.LittleEndian.PutUint64(sound[16:], math.Float64bits(now)^l.key64)
	l.write(l.frame[:])
	l.number++
	return true
}

// write hands bytes to the socket; what it does not take waits, in order.
func (l *line) write(data []byte) {
	sent := 0
	if len(l.unsent) == 0 {
		sent = max(0, writeNow(l.fd, data))
	}
	l.unsent = append(l.unsent, data[sent:]...)
}

func (l *line) flush() {
	if len(l.unsent) > 0 {
		l.unsent = l.unsent[max(0, writeNow(l.fd, l.unsent)):]
	}
}

func (l *line) send(opcode byte, payload []byte) {
	length := len(payload)
	frame := []byte{0x80 | opcode, 0x80 | byte(length)}
	if length > 125 {
		frame = []byte{0x80 | opcode, 0x80 | 126, byte(length >> 8), byte(length)}
	}
	frame = append(frame, l.key[:]...)
	for i, b := range payload {
		frame = append(frame, b^l.key[i&3])
	}
	l.write(frame)
}

func (l *line) tell(format string, values ...any) {
	l.send(opText, []byte(fmt.Sprintf(`{"version":"1",`+format+`}`, values...)))
}

func (l *line) upgrade(host string) {
	key := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%16s", l.id))[:16])
	l.write([]byte("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Protocol: rtvbp.v1\r\n\r\n"))
}

func (l *line) hangUp() {
	l.state = parting
	l.tell(`"id":"3","event":"call.hangup","data":{"reason":"load test over"}`)
	l.tell(`"id":"4","method":"session.terminate","params":{"reason":"load test over"}`)
}

// read takes in what came. The bytes are lent.
func (l *line) read(data []byte, to listener) error {
	if len(l.held) > 0 {
		data = append(l.held, data...)
	}
	rest, err := l.parse(data, to)
	l.held = append([]byte(nil), rest...)
	return err
}

// parse hands on what is whole, and returns the rest.
func (l *line) parse(data []byte, to listener) ([]byte, error) {
	if l.state == dialling {
		head, rest, whole := bytes.Cut(data, []byte("\r\n\r\n"))
		if !whole {
			return data, nil
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
			return nil, errors.New("refused")
		}
		data = rest
		l.state = introduced
		l.tell(`"id":"1","method":"session.initialize","params":{"application":{"id":"echo"},"metadata":null,`+
			`"call":{"id":"%[1]s","session_id":"%[1]s","from":"load","to":"test"},"audio_codec_offerings":[%[2]s]}`, l.id, codec)
	}
	for len(data) >= 2 {
		start, length := 2, int(data[1])
		if length > 126 || data[0]&0x80 == 0 {
			return nil, errors.New("frame") // masked, huge or in pieces: no server under test does that
		}
		if length == 126 {
			if start = 4; len(data) < start {
				break
			}
			length = int(binary.BigEndian.Uint16(data[2:]))
		}
		if len(data) < start+length {
			break
		}
		payload := data[start : start+length]
		switch data[0] & 15 {
		case opBinary:
			to.heard(l, payload)
		case opText:
			if err := l.hear(payload); err != nil {
				return nil, err
			}
		case opPing:
			l.send(opPong, payload)
		case opClose:
			l.goodbye = true
			l.state = parting
			l.send(opClose, payload[:min(2, length)])
		}
		data = data[start+length:]
	}
	return data, nil
}

func (l *line) hear(text []byte) error {
	var message struct {
		Response string
		Error    any
	}
	if json.Unmarshal(text, &message) != nil || message.Response != "1" {
		return nil
	}
	if message.Error != nil {
		return errors.New("initialize")
	}
	l.tell(`"id":"2","event":"session.updated","data":{"audio_codec":%s}`, codec)
	l.state = active
	return nil
}

// echoOf tells when a frame was due and when it was sent. Frames come back whole and in their order: what is not the next one, or one behind
// it, is not ours.
func (l *line) echoOf(payload []byte) (dueAt, sentAt float64, ours bool) {
	if len(payload) != frameBytes || binary.LittleEndian.Uint32(payload) != mark {
		return 0, 0, false
	}
	number := binary.LittleEndian.Uint32(payload[4:])
	if number < l.expected || number >= l.number {
		return 0, 0, false
	}
	l.expected = number + 1
	dueAt = math.Float64frombits(binary.LittleEndian.Uint64(payload[8:]))
	sentAt = math.Float64frombits(binary.LittleEndian.Uint64(payload[16:]))
	return dueAt, sentAt, true
}

func (l *line) close() {
	l.state = closed
	_ = syscall.Close(l.fd)
}
