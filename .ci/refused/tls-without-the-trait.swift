// error: 'init(certificate:key:clientCertificates:)' is unavailable: ListenerTLS needs the package trait 'TLS'
// TLS that would silently be none.
import TallyListener

let tls = ListenerTLS(certificate: "/etc/chat/tls.crt", key: "/etc/chat/tls.key")
