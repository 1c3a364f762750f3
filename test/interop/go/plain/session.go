package main

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

const frameBytes = 320

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

// session is one connection. Every answer leaves before the next message is read.
type session struct {
	conn     *websocket.Conn
	handlers map[string]handler
	onEvent  func(name string, data json.RawMessage)
	inbound  *queue

	writing sync.Mutex
	mu      sync.Mutex
	pending map[string]chan message
	lastID  int
	presses int
}

func newSession(conn *websocket.Conn) *session {
	s := &session{conn: conn, inbound: newQueue(), pending: map[string]chan message{}, handlers: map[string]handler{}}
	s.handlers["ping"] = handler{answer: pong}
	return s
}

// run reads until the connection ends. A normal closure is no error.
func (s *session) run() error {
	defer s.inbound.close()
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
			s.inbound.push(bytes)
		} else if over, err := s.receive(bytes); over || err != nil {
			return err
		}
	}
}

func (s *session) receive(text []byte) (over bool, err error) {
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

func (s *session) answer(request message, params json.RawMessage) (over bool, err error) {
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

func (s *session) Request(method string, params json.RawMessage) (any, error) {
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

func (s *session) Emit(event string, data json.RawMessage) error {
	s.mu.Lock()
	s.lastID++
	id := strconv.Itoa(s.lastID)
	s.mu.Unlock()
	return s.write(message{Version: "1", ID: id, Event: event, Data: data})
}

// Close says goodbye and drops the connection without waiting for the other side's goodbye, whatever is still unread.
func (s *session) Close() error {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "Closed")
	err := s.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
	return errors.Join(err, s.conn.Close())
}

func (s *session) Read(p []byte) (int, error) { return s.inbound.Read(p) }

// Write sends sound in 20 ms of L16 at 8 kHz.
func (s *session) Write(p []byte) (int, error) {
	for at := 0; at < len(p); at += frameBytes {
		if err := s.send(websocket.BinaryMessage, p[at:min(at+frameBytes, len(p))]); err != nil {
			return at, err
		}
	}
	return len(p), nil
}

func (s *session) write(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.send(websocket.TextMessage, text)
}

func (s *session) send(kind int, bytes []byte) error {
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

// queue holds received sound until somebody reads it, or takes it back.
type queue struct {
	mu     sync.Mutex
	filled *sync.Cond
	bytes  []byte
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.filled = sync.NewCond(&q.mu)
	return q
}

func (q *queue) push(bytes []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes = append(q.bytes, bytes...)
	q.filled.Broadcast()
}

func (q *queue) Read(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.bytes) == 0 && !q.closed {
		q.filled.Wait()
	}
	if len(q.bytes) == 0 {
		return 0, io.EOF
	}
	n := copy(p, q.bytes)
	q.bytes = q.bytes[n:]
	return n, nil
}

func (q *queue) clear() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(q.bytes)
	q.bytes = nil
	return n
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.filled.Broadcast()
}
