package wire

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"voicebridge.test/peer"
)

var driven peer.Peer

// Open makes the media of a session in place of binary messages, before anything else is said: who dialled offers.
type Open func(s *Session, offers bool) (Media, error)

// Run is the program: plays the role it was told, and obeys, until its standard input ends. `open` may be nil.
func Run(open Open) {
	options := peer.ReadOptions()
	if options.Role == "voice" {
		go call(options, open)
	} else {
		listen(options, open)
	}
	driven.Serve()
}

func (s *Session) open(open Open, offers bool) error {
	if open == nil {
		return nil
	}
	media, err := open(s, offers)
	if err != nil {
		return errors.Join(err, s.conn.Close())
	}
	s.media = media
	return nil
}

func listen(options peer.Options, open Open) {
	upgrader := websocket.Upgrader{Subprotocols: options.Profiles}
	handle := func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // answered already
		}
		s := newSession(conn)
		if err := s.open(open, false); err != nil {
			peer.Ended(err)
			return
		}
		peer.Ended(answer(s, options))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		peer.Fail(err)
	}
	go func() { peer.Fail(http.Serve(listener, http.HandlerFunc(handle))) }()
	peer.Say("listening", "ws://"+listener.Addr().String()+"/")
}

// answer is the application: it takes the first codec that is offered.
func answer(s *Session, options peer.Options) error {
	s.handlers["session.initialize"] = handler{answer: func(params json.RawMessage) (any, error) {
		var offer struct {
			Codecs []json.RawMessage `json:"audio_codec_offerings"`
		}
		if options.Refuse {
			return nil, errors.New("no agent is free")
		}
		if err := json.Unmarshal(params, &offer); err != nil || len(offer.Codecs) == 0 {
			return nil, errors.Join(err, errors.New("no codec was offered"))
		}
		driven.Begin(s, s.media)
		peer.Say("initialize", params)
		return map[string]any{"audio_codec": offer.Codecs[0]}, nil
	}}
	s.handlers["session.terminate"] = handler{terminal: true, answer: func(params json.RawMessage) (any, error) {
		peer.Say("terminate", params)
		return struct{}{}, nil
	}}
	s.onEvent = func(name string, data json.RawMessage) { peer.Say(name, data) }
	return s.run()
}

// call is the voice side.
func call(options peer.Options, open Open) {
	header := http.Header{}
	if options.Token != "" {
		header.Set("Authorization", "Bearer "+options.Token)
	}
	dialer := websocket.Dialer{Subprotocols: options.Profiles, HandshakeTimeout: 5 * time.Second}
	conn, _, err := dialer.Dial(options.URL, header)
	if err != nil {
		peer.Ended(err)
		return
	}
	s := newSession(conn)
	if err := s.open(open, true); err != nil {
		peer.Ended(err)
		return
	}
	serve(s, peer.NewPhone())
	s.onEvent = func(name string, data json.RawMessage) { peer.Say(name, data) }
	driven.Begin(s, s.media)
	go introduce(s)
	peer.Ended(s.run())
}

func introduce(s *Session) {
	result, err := s.Request("session.initialize", json.RawMessage(`{"application":{"id":"app"},`+
		`"call":{"id":"call","session_id":"session","from":"100","to":"200"},`+
		`"audio_codec_offerings":[{"id":"L16/8000/1","name":"L16","sample_rate":8000,"bit_depth":16,"channels":1}],`+
		`"metadata":{"interop":true}}`))
	if err != nil {
		peer.Ended(err)
		return
	}
	raw, _ := result.(json.RawMessage)
	if err := s.Emit("session.updated", raw); err != nil {
		peer.Fail(err)
	}
	peer.Say("initialized", raw)
}

// serve answers what the application may ask of a caller.
func serve(s *Session, phone *peer.Phone) {
	s.handlers["audio.buffer.clear"] = typed(false, func(struct{}) (any, error) {
		return map[string]int{"len": s.media.Clear()}, nil
	})
	s.handlers["session.set"] = typed(false, func(p struct{ Data map[string]any }) (any, error) {
		phone.Set(p.Data)
		return struct{}{}, nil
	})
	s.handlers["session.get"] = typed(false, func(p struct{ Keys []string }) (any, error) {
		return phone.Get(p.Keys), nil
	})
	s.handlers["recording.start"] = typed(false, func(p struct{ Tags []string }) (any, error) {
		return map[string]string{"id": phone.StartRecording(p.Tags)}, nil
	})
	s.handlers["recording.stop"] = typed(false, func(p struct{ ID string }) (any, error) {
		return struct{}{}, phone.StopRecording(p.ID)
	})
	s.handlers["call.hangup"] = typed(true, func(p struct{ Reason string }) (any, error) {
		peer.Say("hung up", p.Reason)
		return struct{}{}, nil
	})
	s.handlers["application.move"] = typed(true, func(p struct {
		ID string `json:"application_id"`
	}) (any, error) {
		return map[string]string{"next_application_id": p.ID}, nil
	})
	s.handlers["session.terminate"] = typed(true, func(struct{}) (any, error) {
		const advice = "session.terminate is not supported. please use application.move or call.hangup instead"
		return nil, &peer.Refusal{Code: 501, Message: advice}
	})
}

func typed[P any](terminal bool, answer func(P) (any, error)) handler {
	return handler{terminal: terminal, answer: func(raw json.RawMessage) (any, error) {
		var params P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &params); err != nil {
				return nil, &peer.Refusal{Code: 400, Message: err.Error()}
			}
		}
		return answer(params)
	}}
}

func (s *Session) Press(digit string) error {
	now := time.Now().UnixMilli()
	data, err := json.Marshal(struct {
		Seq        int    `json:"seq"`
		PressedAt  int64  `json:"pressed_at"`
		ReleasedAt int64  `json:"released_at"`
		Digit      string `json:"digit"`
	}{s.presses, now, now + 80, digit})
	s.presses++
	return errors.Join(err, s.Emit("dtmf", data))
}

func (s *Session) HangUp(reason string) error {
	data, err := json.Marshal(map[string]string{"reason": reason})
	if err := errors.Join(err, s.Emit("call.hangup", data)); err != nil {
		return err
	}
	return s.Terminate("hangup")
}

func (s *Session) Terminate(reason string) error {
	params, err := json.Marshal(map[string]string{"reason": reason})
	if err != nil {
		return err
	}
	_, err = s.Request("session.terminate", params)
	return err
}
