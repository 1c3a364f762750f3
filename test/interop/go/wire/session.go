// Package wire is a session of our own on the WebSocket and JSON libraries of the deployed peers, in either role. It closes like them (no wait for
// the other side's goodbye) and checks origins like them (the host that was dialled).
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"voicebridge.test/peer"
)

// FrameBytes is 20 ms of L16 at 8 kHz.
const FrameBytes = 320

type message struct {
	Version  string          `json:"version"`
	ID       string          `json:"id,omitempty"`
	Response string          `json:"response,omitempty"`
	Method   string          `json:"method,omitempty"`
	Event    string          `json:"event,omitempty"`
	Params   any             `json:"params,omitempty"`
	Data     any             `json:"data,omitempty"`
	Result   any             `json:"result,omitempty"`
	Error    *peer.Refusal   `json:"error,omitempty"`
	payload  json.RawMessage // what was received in one of them
}

// handler answers one method. Terminal: the session ends with the answer.
type handler struct {
	terminal bool
	answer   func(params json.RawMessage) (any, error)
}

// Media carries the sound of a session: L16 at 8 kHz.
type Media interface {
	io.ReadWriteCloser
	// Clear takes back what was received and not read. Returns the bytes.
	Clear() int
}

// Session is one connection. Every answer leaves before the next message is read.
type Session struct {
	conn     *websocket.Conn
	handlers map[string]handler
	onEvent  func(name string, data json.RawMessage)
	media    Media

	writing sync.Mutex
	mu      sync.Mutex
	pending map[string]chan message
	lastID  int
	presses int
}

func newSession(conn *websocket.Conn) *Session {
	s := &Session{conn: conn, pending: map[string]chan message{}, handlers: map[string]handler{}}
	s.media = &binaryMessages{Queue: NewQueue(), session: s}
	s.handlers["ping"] = handler{answer: pong}
	return s
}

// run reads until the connection ends. A normal closure is no error.
func (s *Session) run() error {
	defer s.media.Close()
	defer s.conn.Close()
	for {
		kind, bytes, err := s.conn.ReadMessage()
		if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == websocket.BinaryMessage {
			s.binary(bytes)
		} else if over, err := s.receive(bytes); over || err != nil {
			return err
		}
	}
}

func (s *Session) receive(text []byte) (over bool, err error) {
	var m message
	var fields map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(text, &m), json.Unmarshal(text, &fields)); err != nil {
		return false, err
	}
	switch {
	case m.Version != "1":
		return false, fmt.Errorf("version %q", m.Version)
	case m.Event != "":
		s.onEvent(m.Event, fields["data"])
	case m.Method != "":
		return s.answer(m, fields["params"])
	default:
		s.mu.Lock()
		waiting := s.pending[m.Response]
		delete(s.pending, m.Response)
		s.mu.Unlock()
		if waiting == nil {
			return false, fmt.Errorf("an answer nobody waits for: %s", text)
		}
		m.payload = fields["result"]
		waiting <- m
	}
	return false, nil
}

func (s *Session) answer(request message, params json.RawMessage) (over bool, err error) {
	reply := message{Version: "1", Response: request.ID}
	found, ok := s.handlers[request.Method]
	if ok {
		reply.Result, err = found.answer(params)
	} else {
		err = &peer.Refusal{Code: 501, Message: "unknown method: " + request.Method}
	}
	if err != nil {
		reply.Result = nil
		if !errors.As(err, &reply.Error) {
			reply.Error = &peer.Refusal{Code: 500, Message: err.Error()}
		}
	}
	if err := s.write(reply); err != nil {
		return false, err
	}
	if found.terminal && reply.Error == nil {
		return true, s.Close()
	}
	return false, nil
}

func (s *Session) Request(method string, params json.RawMessage) (any, error) {
	s.mu.Lock()
	s.lastID++
	id := strconv.Itoa(s.lastID)
	answer := make(chan message, 1)
	s.pending[id] = answer
	s.mu.Unlock()
	method = strings.TrimPrefix(method, "raw:")
	if err := s.write(message{Version: "1", ID: id, Method: method, Params: params}); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return nil, m.Error
		}
		return m.payload, nil
	case <-time.After(5 * time.Second):
		return nil, errors.New("no answer to " + method)
	}
}

func (s *Session) Emit(event string, data json.RawMessage) error {
	s.mu.Lock()
	s.lastID++
	id := strconv.Itoa(s.lastID)
	s.mu.Unlock()
	return s.write(message{Version: "1", ID: id, Event: event, Data: data})
}

// Close says goodbye and drops the connection without waiting for the other side's goodbye, whatever is still unread.
func (s *Session) Close() error {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "Closed")
	err := s.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
	return errors.Join(err, s.conn.Close())
}

func (s *Session) binary(bytes []byte) {
	if carried, ok := s.media.(*binaryMessages); ok {
		carried.Push(bytes)
	}
}

// binaryMessages is sound in messages of the WebSocket itself.
type binaryMessages struct {
	*Queue
	session *Session
}

// Write sends in pieces of 20 ms.
func (m *binaryMessages) Write(p []byte) (int, error) {
	for at := 0; at < len(p); at += FrameBytes {
		if err := m.session.send(websocket.BinaryMessage, p[at:min(at+FrameBytes, len(p))]); err != nil {
			return at, err
		}
	}
	return len(p), nil
}

func (s *Session) write(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.send(websocket.TextMessage, text)
}

func (s *Session) send(kind int, bytes []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.conn.WriteMessage(kind, bytes)
}

func pong(params json.RawMessage) (any, error) {
	received := time.Now().UnixMilli()
	var ping struct {
		T0   int64 `json:"t0"`
		Data any   `json:"data"`
	}
	if err := json.Unmarshal(params, &ping); err != nil {
		return nil, &peer.Refusal{Code: 400, Message: err.Error()}
	}
	now := time.Now().UnixMilli()
	result := map[string]any{"t0": ping.T0, "t1": received, "t2": now, "owd": now - ping.T0}
	if ping.Data != nil {
		result["data"] = ping.Data
	}
	return result, nil
}
