module voicebridge.test/peer

go 1.24.4
