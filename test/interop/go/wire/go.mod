module voicebridge.test/wire

go 1.24.4

require (
	github.com/gorilla/websocket v1.5.3
	voicebridge.test/peer v0.0.0
)

replace voicebridge.test/peer => ../peer
