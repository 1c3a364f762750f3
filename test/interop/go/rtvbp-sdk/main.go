// Program rtvbp-sdk is the newer Go peer, github.com/babelforce/rtvbp/sdk/go, in either role.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	rtvbp "github.com/babelforce/rtvbp/sdk/go"
	bridge "github.com/babelforce/rtvbp/sdk/go/bridge/babelforcev1"
	v1 "github.com/babelforce/rtvbp/sdk/go/catalog/babelforcev1"
	"github.com/babelforce/rtvbp/sdk/go/envelope/v1classic"
	"github.com/babelforce/rtvbp/sdk/go/transport/ws"
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
	app := &application{refuse: options.Refuse}
	handlers := []any{
		bridge.NewPingHandler(),
		rtvbp.HandleRequest(app.SessionInitialize),
		rtvbp.HandleTerminalRequest(app.SessionTerminate),
	}
	handlers = append(handlers, v1.ApplicationEventHandlers(app)...)
	begin := func(ctx context.Context, _ rtvbp.SHC) error {
		go func() {
			<-ctx.Done()
			peer.Ended(nil)
		}()
		return nil
	}
	config := ws.ServerConfig{Addr: "127.0.0.1:0", Subprotocols: options.Profiles}
	server := ws.NewServer(serving(config), rtvbp.NewHandler(rtvbp.HandlerConfig{OnBegin: begin}, handlers...))
	if err := server.Listen(); err != nil {
		peer.Fail(err)
	}
	peer.Say("listening", server.URL())
}

type application struct{ refuse bool }

func (a *application) SessionInitialize(ctx context.Context, shc rtvbp.SHC, request *v1.SessionInitializeRequest) (*v1.SessionInitializeResponse, error) {
	if a.refuse {
		return nil, errors.New("no agent is free")
	}
	if len(request.AudioCodecOfferings) == 0 {
		return nil, errors.New("no codec was offered")
	}
	codec := request.AudioCodecOfferings[0]
	format, err := bridge.MediaFormat(&codec, bridge.DefaultPTime)
	if err != nil {
		return nil, err
	}
	if err := shc.OpenAudio(ctx, format); err != nil {
		return nil, err
	}
	driven.Begin(&session{shc: shc}, shc.AudioStream())
	peer.Say("initialize", request)
	return &v1.SessionInitializeResponse{AudioCodec: &codec}, nil
}

func (a *application) SessionTerminate(_ context.Context, _ rtvbp.SHC, request *v1.SessionTerminateRequest) (*v1.EmptyResponse, error) {
	peer.Say("terminate", request)
	return &v1.EmptyResponse{}, nil
}

func (a *application) AudioInfo(_ context.Context, _ rtvbp.SHC, event *v1.AudioInfoEvent) error {
	peer.Say("audio.info", event)
	return nil
}

func (a *application) CallHangup(_ context.Context, _ rtvbp.SHC, event *v1.CallHangupEvent) error {
	peer.Say("call.hangup", event)
	return nil
}

func (a *application) Dtmf(_ context.Context, _ rtvbp.SHC, event *v1.DtmfEvent) error {
	peer.Say("dtmf", event)
	return nil
}

func (a *application) SessionUpdated(_ context.Context, _ rtvbp.SHC, event *v1.SessionUpdatedEvent) error {
	peer.Say("session.updated", event)
	return nil
}

func call(options peer.Options) {
	phone := &telephony{phone: peer.NewPhone()}
	caller := &caller{telephony: phone}
	caller.voice = bridge.NewVoiceHandler(phone, bridge.HandlerConfig{
		Call:        v1.CallInfo{ID: "call", SessionID: "session", From: "100", To: "200"},
		Application: v1.AppInfo{ID: "app"},
		Metadata:    map[string]any{"interop": true},
		AudioFormat: bridge.DefaultMediaFormat(),
	}, func(_ context.Context, shc rtvbp.SHC) error {
		caller.shc = shc
		driven.Begin(caller, shc.AudioStream())
		return nil
	})
	header := http.Header{}
	if options.Token != "" {
		header.Set("Authorization", "Bearer "+options.Token)
	}
	profiles := options.Profiles
	if profiles == nil {
		profiles = []string{} // nil would offer rtvbp.v1
	}
	run := rtvbp.NewSession(v1classic.Envelope{}, dialling(ws.ClientConfig{
		Dial:         ws.DialConfig{URL: options.URL, Headers: header},
		AudioFormat:  bridge.DefaultMediaFormat(),
		Subprotocols: profiles,
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
	var refused *rtvbp.RemoteError
	if errors.As(err, &refused) {
		refusal := &peer.Refusal{Code: refused.WireError.Code, Message: refused.WireError.Message}
		if refused.WireError.Data != nil {
			refusal.Any = refused.WireError.Data
		}
		return nil, refusal
	}
	if err != nil {
		return nil, err
	}
	return response.Payload, nil
}

func (s *session) Emit(event string, data json.RawMessage) error {
	return s.shc.Notify(context.Background(), &open{event, data})
}

func (s *session) Close() error { return s.shc.Close(context.Background()) }

type caller struct {
	session
	*telephony
	voice *bridge.VoiceHandler
}

func (c *caller) Terminate(reason string) error { return c.voice.Terminate(reason) }

// telephony is what the module asks of a telephone system.
type telephony struct {
	phone    *peer.Phone
	pressed  bridge.TelephonyDtmfHandler
	hangedUp bridge.TelephonyHangupHandler
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

func (t *telephony) OnDTMF(handler bridge.TelephonyDtmfHandler) error {
	t.pressed = handler
	t.announce()
	return nil
}

func (t *telephony) OnHangup(handler bridge.TelephonyHangupHandler) error {
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
	t.pressed(&v1.DtmfEvent{Digit: digit, PressedAt: now, ReleasedAt: now + 80})
	return nil
}

func (t *telephony) HangUp(reason string) error {
	t.hangedUp(&v1.CallHangupEvent{Reason: reason})
	return nil
}
