module voicebridge.test/rtvbp-sdk

go 1.24.4

require (
	github.com/babelforce/rtvbp/sdk/go v0.1.1
	voicebridge.test/peer v0.0.0
)

replace voicebridge.test/peer => ../peer
