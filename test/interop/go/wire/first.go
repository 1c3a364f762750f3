package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// patience is for what comes before the session.
const patience = 10 * time.Second

// Ask sends the one request that comes before the session. Returns the result of its answer; anything else that comes is an error.
func (s *Session) Ask(method string, params any) (json.RawMessage, error) {
	const id = "first"
	if err := s.write(message{Version: "1", ID: id, Method: method, Params: params}); err != nil {
		return nil, err
	}
	m, fields, err := s.first()
	if err == nil && m.Error != nil {
		err = m.Error
	}
	if err == nil && (m.Response != id || m.Method != "" || m.Event != "") {
		err = fmt.Errorf("not the answer to %s", method)
	}
	return fields["result"], err
}

// Await answers the one request that comes before the session; anything else that comes is an error.
func (s *Session) Await(method string, answer func(params json.RawMessage) (any, error)) error {
	m, fields, err := s.first()
	if err != nil {
		return err
	}
	if m.Method != method || m.ID == "" || m.Event != "" {
		return fmt.Errorf("not %s", method)
	}
	result, err := answer(fields["params"])
	if err != nil {
		return err
	}
	return s.write(message{Version: "1", Response: m.ID, Result: result})
}

func (s *Session) first() (m message, fields map[string]json.RawMessage, err error) {
	if err = s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return
	}
	_, text, err := s.conn.ReadMessage()
	if err == nil {
		err = errors.Join(json.Unmarshal(text, &m), json.Unmarshal(text, &fields), s.conn.SetReadDeadline(time.Time{}))
	}
	return
}
