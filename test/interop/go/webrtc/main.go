// Program webrtc is a peer of our own whose sound goes by WebRTC, in either role: package wire with the WebRTC library of the deployed peer, used
// as that one uses it: one sendrecv transceiver that knows PCMU only, every candidate in the description, and nothing said before it.
package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/pion/webrtc/v4"
	"voicebridge.test/wire"
)

const offerMethod = "transport.webrtc.offer"

var pcmu = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000, Channels: 1}

type description struct {
	SDP string `json:"sdp"`
}

func main() { wire.Run(open) }

func open(session *wire.Session, offers bool) (wire.Media, error) {
	connection, err := newConnection()
	if err != nil {
		return nil, err
	}
	m, err := newMedia(connection)
	if err == nil && offers {
		err = offer(session, connection)
	} else if err == nil {
		err = answer(session, connection)
	}
	if err == nil {
		err = m.connect(10 * time.Second)
	}
	if err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return m, nil
}

func newConnection() (*webrtc.PeerConnection, error) {
	engine := &webrtc.MediaEngine{}
	parameters := webrtc.RTPCodecParameters{RTPCodecCapability: pcmu, PayloadType: 0}
	if err := engine.RegisterCodec(parameters, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true) // for a machine without a network
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings))
	return api.NewPeerConnection(webrtc.Configuration{})
}

func offer(session *wire.Session, connection *webrtc.PeerConnection) error {
	local, err := connection.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := describe(connection, local); err != nil {
		return err
	}
	result, err := session.Ask(offerMethod, description{connection.LocalDescription().SDP})
	if err != nil {
		return err
	}
	var remote description
	if err := json.Unmarshal(result, &remote); err != nil {
		return err
	}
	return connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: remote.SDP})
}

func answer(session *wire.Session, connection *webrtc.PeerConnection) error {
	return session.Await(offerMethod, func(params json.RawMessage) (any, error) {
		var remote description
		if err := json.Unmarshal(params, &remote); err != nil {
			return nil, err
		}
		err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: remote.SDP})
		if err != nil {
			return nil, err
		}
		local, err := connection.CreateAnswer(nil)
		if err != nil {
			return nil, err
		}
		err = describe(connection, local)
		return description{connection.LocalDescription().SDP}, err
	})
}

// describe returns when every candidate is in the description.
func describe(connection *webrtc.PeerConnection, local webrtc.SessionDescription) error {
	complete := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(local); err != nil {
		return err
	}
	<-complete
	return nil
}
