// Program plain is a peer of our own, in either role: package wire with sound in binary messages.
package main

import "voicebridge.test/wire"

func main() { wire.Run(nil) }
