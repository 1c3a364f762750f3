//go:build !webrtc

package main

import (
	rtvbp "github.com/babelforce/rtvbp/sdk/go"
	"github.com/babelforce/rtvbp/sdk/go/transport/ws"
)

// Sound in messages of the WebSocket.

func serving(config ws.ServerConfig) ws.ServerConfig { return config }

func dialling(config ws.ClientConfig) rtvbp.Option { return ws.Client(config) }
