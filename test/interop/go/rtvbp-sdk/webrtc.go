//go:build webrtc

package main

import (
	rtvbp "github.com/babelforce/rtvbp/sdk/go"
	bridge "github.com/babelforce/rtvbp/sdk/go/bridge/babelforcev1"
	"github.com/babelforce/rtvbp/sdk/go/transport/webrtcws"
	"github.com/babelforce/rtvbp/sdk/go/transport/ws"
)

// Sound by WebRTC.

func serving(config ws.ServerConfig) ws.ServerConfig {
	return webrtcws.AddToServer(config, webrtcws.Config{AudioFormat: bridge.DefaultMediaFormat()})
}

func dialling(config ws.ClientConfig) rtvbp.Option {
	return webrtcws.Client(webrtcws.ClientConfig{WebSocket: config})
}
