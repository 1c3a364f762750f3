module voicebridge.test/plain

go 1.24.4

require voicebridge.test/wire v0.0.0

require (
	github.com/gorilla/websocket v1.5.3 // indirect
	voicebridge.test/peer v0.0.0 // indirect
)

replace (
	voicebridge.test/peer => ../peer
	voicebridge.test/wire => ../wire
)
