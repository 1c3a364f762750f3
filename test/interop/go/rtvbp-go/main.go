// Program rtvbp-go is the deployed Go peer, github.com/babelforce/rtvbp-go, in either role. It knows no subprotocols.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	rtvbp "github.com/babelforce/rtvbp-go"
	"github.com/babelforce/rtvbp-go/proto"
	v1 "github.com/babelforce/rtvbp-go/proto/protov1"
	"github.com/babelforce/rtvbp-go/transport/ws"
	"voicebridge.test/peer"
)

var driven peer.Peer

func main() {
	options := peer.ReadOptions()
	if options.Role == "voice" {
		call(options)
	} else {
		listen(options)
	}
	driven.Serve()
}

func listen(options peer.Options) {
	server := ws.NewServer(ws.ServerConfig{Addr: "127.0.0.1:0"}, rtvbp.NewHandler(
		rtvbp.HandlerConfig{OnBegin: func(ctx context.Context, shc rtvbp.SHC) error {
			go func() {
				<-ctx.Done()
				peer.Ended(nil)
			}()
			return nil
		}},
		v1.NewPingHandler(),
		rtvbp.HandleRequest(func(_ context.Context, shc rtvbp.SHC, request *v1.SessionInitializeRequest) (*v1.SessionInitializeResponse, error) {
			if options.Refuse {
				return nil, errors.New("no agent is free")
			}
			if len(request.AudioCodecOfferings) == 0 {
				return nil, errors.New("no codec was offered")
			}
			driven.Begin(&session{shc: shc}, shc.AudioStream())
			peer.Say("initialize", request)
			return &v1.SessionInitializeResponse{AudioCodec: &request.AudioCodecOfferings[0]}, nil
		}),
		rtvbp.HandleRequest(func(_ context.Context, shc rtvbp.SHC, request *v1.SessionTerminateRequest) (*v1.EmptyResponse, error) {
			peer.Say("terminate", request)
			time.AfterFunc(10*time.Millisecond, func() { _ = shc.Close(context.Background(), nil) })
			return &v1.EmptyResponse{}, nil
		}),
		rtvbp.HandleEvent(func(_ context.Context, _ rtvbp.SHC, event *v1.SessionUpdatedEvent) error {
			peer.Say("session.updated", event)
			return nil
		}),
		rtvbp.HandleEvent(func(_ context.Context, _ rtvbp.SHC, event *v1.DTMFEvent) error {
			peer.Say("dtmf", event)
			return nil
		}),
		rtvbp.HandleEvent(func(_ context.Context, _ rtvbp.SHC, event *v1.CallHangupEvent) error {
			peer.Say("call.hangup", event)
			return nil
		}),
	))
	if err := server.Listen(); err != nil {
		peer.Fail(err)
	}
	peer.Say("listening", server.URL())
}

func call(options peer.Options) {
	phone := &telephony{phone: peer.NewPhone()}
	caller := &caller{telephony: phone}
	caller.voice = v1.NewClientHandler(phone, &v1.ClientHandlerConfig{
		Call:         v1.CallInfo{ID: "call", SessionID: "session", From: "100", To: "200"},
		App:          v1.AppInfo{ID: "app"},
		Metadata:     map[string]any{"interop": true},
		PingInterval: 10 * time.Second,
		SampleRate:   8000,
	}, func(_ context.Context, shc rtvbp.SHC) error {
		caller.shc = shc
		driven.Begin(caller, shc.AudioStream())
		return nil
	})
	header := http.Header{}
	if options.Token != "" {
		header.Set("Authorization", "Bearer "+options.Token)
	}
	run := rtvbp.NewSession(ws.Client(ws.ClientConfig{
		Dial:         ws.DialConfig{URL: options.URL, Headers: header},
		PingInterval: 10 * time.Second,
		SampleRate:   8000,
	}), rtvbp.WithHandler(caller.voice))
	done := run.Run(context.Background())
	go func() { peer.Ended(<-done) }()
}

type session struct{ shc rtvbp.SHC }

func (s *session) Request(method string, params json.RawMessage) (any, error) {
	request, err := named(method, params)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	response, err := s.shc.Request(ctx, request)
	var refused *proto.ResponseError
	if errors.As(err, &refused) {
		return nil, &peer.Refusal{Code: int(refused.Code), Message: refused.Message, Any: refused.Data}
	}
	if err != nil {
		return nil, err
	}
	return response.Result, nil
}

func (s *session) Emit(event string, data json.RawMessage) error {
	return s.shc.Notify(context.Background(), &open{event, data})
}

func (s *session) Close() error { return s.shc.Close(context.Background(), nil) }

type caller struct {
	session
	*telephony
	voice *v1.ClientHandler
}

func (c *caller) Terminate(reason string) error { return c.voice.Terminate(reason) }

// telephony is what the module asks of a telephone system.
type telephony struct {
	phone    *peer.Phone
	pressed  v1.TelephonyDtmfHandler
	hangedUp v1.TelephonyHangupHandler
}

func (t *telephony) Move(_ context.Context, request *v1.ApplicationMoveRequest) (*v1.ApplicationMoveResponse, error) {
	return &v1.ApplicationMoveResponse{NextApplicationID: request.ApplicationID}, nil
}

func (t *telephony) Hangup(_ context.Context, request *v1.CallHangupRequest) error {
	peer.Say("hung up", request.Reason)
	return nil
}

func (t *telephony) SessionVariablesSet(_ context.Context, request *v1.SessionSetRequest) error {
	t.phone.Set(request.Data)
	return nil
}

func (t *telephony) SessionVariablesGet(_ context.Context, request *v1.SessionGetRequest) (map[string]any, error) {
	return t.phone.Get(request.Keys), nil
}

func (t *telephony) RecordingStart(_ context.Context, request *v1.RecordingStartRequest) (*v1.RecordingStartResponse, error) {
	return &v1.RecordingStartResponse{ID: t.phone.StartRecording(request.Tags)}, nil
}

func (t *telephony) RecordingStop(_ context.Context, id string) error {
	return t.phone.StopRecording(id)
}

func (t *telephony) OnDTMF(handler v1.TelephonyDtmfHandler) error {
	t.pressed = handler
	t.announce()
	return nil
}

func (t *telephony) OnHangup(handler v1.TelephonyHangupHandler) error {
	t.hangedUp = handler
	t.announce()
	return nil
}

// announce tells the test that the caller can be made to do things.
func (t *telephony) announce() {
	if t.pressed != nil && t.hangedUp != nil {
		peer.Say("initialized", nil)
	}
}

func (t *telephony) Press(digit string) error {
	now := time.Now().UnixMilli()
	t.pressed(&v1.DTMFEvent{Digit: digit, PressedAt: now, ReleasedAt: now + 80})
	return nil
}

func (t *telephony) HangUp(reason string) error {
	t.hangedUp(&v1.CallHangupEvent{Reason: reason})
	return nil
}
