package main

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/pion/webrtc/v4"
	samples "github.com/pion/webrtc/v4/pkg/media"
	"voicebridge.test/wire"
)

const frame = 20 * time.Millisecond

// media is L16 to this program and PCMU on the network.
type media struct {
	*wire.Queue
	connection *webrtc.PeerConnection
	track      *webrtc.TrackLocalStaticSample
	states     chan webrtc.PeerConnectionState
}

func newMedia(connection *webrtc.PeerConnection) (*media, error) {
	track, err := webrtc.NewTrackLocalStaticSample(pcmu, "audio", "voicebridge")
	if err != nil {
		return nil, err
	}
	both := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv}
	transceiver, err := connection.AddTransceiverFromTrack(track, both)
	if err != nil {
		return nil, err
	}
	m := &media{wire.NewQueue(), connection, track, make(chan webrtc.PeerConnectionState, 8)}
	connection.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { m.receive(remote) })
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		select {
		case m.states <- state:
		default: // nobody waits any more
		}
	})
	go func() { // its reports have to be read
		for err := error(nil); err == nil; _, _, err = transceiver.Sender().ReadRTCP() {
		}
	}()
	return m, nil
}

func (m *media) connect(limit time.Duration) error {
	deadline := time.After(limit)
	for {
		select {
		case state := <-m.states:
			switch state {
			case webrtc.PeerConnectionStateConnected:
				return nil
			case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
				return errors.New("the connection for sound is " + state.String())
			}
		case <-deadline:
			return errors.New("no connection for sound")
		}
	}
}

func (m *media) receive(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		linear := make([]byte, 0, 2*len(packet.Payload))
		for _, code := range packet.Payload {
			linear = binary.LittleEndian.AppendUint16(linear, uint16(expand(code)))
		}
		m.Push(linear)
	}
}

// Write sends as it is played, whole frames only.
func (m *media) Write(p []byte) (int, error) {
	clock := time.NewTicker(frame)
	defer clock.Stop()
	for at := 0; at+wire.FrameBytes <= len(p); at += wire.FrameBytes {
		coded := make([]byte, wire.FrameBytes/2)
		for i := range coded {
			coded[i] = compress(int16(binary.LittleEndian.Uint16(p[at+2*i:])))
		}
		if err := m.track.WriteSample(samples.Sample{Data: coded, Duration: frame}); err != nil {
			return at, err
		}
		<-clock.C
	}
	return len(p), nil
}

func (m *media) Close() error { return errors.Join(m.Queue.Close(), m.connection.Close()) }

// compress and expand are the μ-law of ITU-T G.711, table 2a, on 16 bits.
func compress(linear int16) byte {
	const bias, clip = 0x84, 32635
	sign, level := byte(0), int(linear)
	if level < 0 {
		sign, level = 0x80, ^level // one's complement, as in ITU-T G.191
	}
	level = min(level, clip) + bias
	segment := 7
	for mask := 0x4000; segment > 0 && level&mask == 0; mask >>= 1 {
		segment--
	}
	return ^(sign | byte(segment<<4) | byte(level>>(segment+3))&0x0f)
}

func expand(code byte) int16 {
	const bias = 0x84
	code = ^code
	level := ((int(code&0x0f)<<3)+bias)<<(code>>4&7) - bias
	if code&0x80 != 0 {
		level = -level
	}
	return int16(level)
}
