package main

import (
	"encoding/json"
	"strings"

	rtvbp "github.com/babelforce/rtvbp-go"
	v1 "github.com/babelforce/rtvbp-go/proto/protov1"
)

// named makes the module's own type for a request, so that the module writes it. Other methods go out as they are given,
// and those with `raw:` before them.
func named(method string, params json.RawMessage) (rtvbp.NamedRequest, error) {
	var request rtvbp.NamedRequest
	switch method {
	case "application.move":
		request = &v1.ApplicationMoveRequest{}
	case "audio.buffer.clear":
		request = &v1.AudioBufferClearRequest{}
	case "call.hangup":
		request = &v1.CallHangupRequest{}
	case "ping":
		request = &v1.PingRequest{}
	case "recording.start":
		request = &v1.RecordingStartRequest{}
	case "recording.stop":
		request = &v1.RecordingStopRequest{}
	case "session.get":
		request = &v1.SessionGetRequest{}
	case "session.set":
		request = &v1.SessionSetRequest{}
	case "session.terminate":
		request = &v1.SessionTerminateRequest{}
	default:
		return &open{strings.TrimPrefix(method, "raw:"), params}, nil
	}
	return request, json.Unmarshal(params, request)
}

// open is a request or an event that the module has no type for.
type open struct {
	name    string
	payload json.RawMessage
}

func (o *open) MethodName() string           { return o.name }
func (o *open) EventName() string            { return o.name }
func (o *open) MarshalJSON() ([]byte, error) { return o.payload, nil }
