// Program bench answers RTVBP calls and sends back the sound it hears, frame by frame: what a server in Go costs, on the WebSocket library that
// the deployed Go peers are built on. It says where it listens as one line of JSON and ends with its standard input.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

type message struct {
	Version  string          `json:"version"`
	ID       string          `json:"id,omitempty"`
	Response string          `json:"response,omitempty"`
	Method   string          `json:"method,omitempty"`
	Params   json.RawMessage `json:"params,omitempty"`
	Result   any             `json:"result,omitempty"`
}

func main() {
	upgrader := websocket.Upgrader{Subprotocols: []string{"rtvbp.v1"}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := upgrader.Upgrade(w, r, nil)
			if err != nil {
				return // answered already
			}
			defer conn.Close()
			answer(conn)
		}))
	}()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"url": "ws://" + listener.Addr().String() + "/"})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// answer reads until the call is over. Reading and writing are one goroutine: every answer leaves before the next message is read.
func answer(conn *websocket.Conn) {
	for {
		kind, bytes, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.BinaryMessage {
			if conn.WriteMessage(kind, bytes) != nil {
				return
			}
			continue
		}
		var request message
		if json.Unmarshal(bytes, &request) != nil || request.Method == "" {
			continue // an event, an answer, or nothing we know
		}
		reply := message{Version: "1", Response: request.ID, Result: struct{}{}}
		if request.Method == "session.initialize" {
			var offer struct {
				Codecs []json.RawMessage `json:"audio_codec_offerings"`
			}
			if json.Unmarshal(request.Params, &offer) != nil || len(offer.Codecs) == 0 {
				return
			}
			reply.Result = map[string]any{"audio_codec": offer.Codecs[0]}
		}
		text, err := json.Marshal(reply)
		if err != nil || conn.WriteMessage(websocket.TextMessage, text) != nil {
			return
		}
		if request.Method == "session.terminate" {
			goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = conn.WriteMessage(websocket.CloseMessage, goodbye)
			_, _, _ = conn.ReadMessage()
			return
		}
	}
}
