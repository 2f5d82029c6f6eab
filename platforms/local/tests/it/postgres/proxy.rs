//! Somebody who stands between: TLS ends here, and begins anew to the server.

use datasurface_test_support::certificates::Certified;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    thread,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

pub(super) struct Proxy {
    pub(super) port: u16,
    passed: Arc<AtomicUsize>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Begins to listen, and goes on for as long as the test does.
    pub(super) fn start(certified: &Certified, authority: &str, server: u16) -> Self {
        let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passed, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, hearing) = (Arc::clone(&passed), Arc::clone(&heard));
        thread::spawn(move || {
            runtime.block_on(async move {
                while let Ok((client, _)) = listener.accept().await {
                    let (acceptor, connector) = (acceptor.clone(), connector.clone());
                    let (count, hearing) = (Arc::clone(&count), Arc::clone(&hearing));
                    tokio::spawn(async move {
                        // Whoever is cut off has said enough.
                        let _ = pass(client, acceptor, (connector, server), &count, hearing).await;
                    });
                }
            });
        });
        Self { port, passed, heard }
    }

    /// How many connections got as far as the server.
    pub(super) fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }

    /// Whether a client said this.
    pub(super) fn heard(&self, text: &str) -> bool {
        self.heard.lock().unwrap().windows(text.len()).any(|said| said == text.as_bytes())
    }
}

async fn pass(
    mut client: TcpStream,
    acceptor: TlsAcceptor,
    (connector, server): (TlsConnector, u16),
    count: &AtomicUsize,
    heard: Arc<Mutex<Vec<u8>>>,
) -> io::Result<()> {
    // It wants TLS.
    client.read_exact(&mut [0; 8]).await?;
    client.write_all(b"S").await?;
    let client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
    server.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await?;
    server.read_exact(&mut [0; 1]).await?;
    let mut server = connector.connect("localhost".try_into().unwrap(), server).await?;
    count.fetch_add(1, Ordering::SeqCst);
    let mut client = Overheard { inner: client, heard };
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

/// What a client says is remembered.
struct Overheard<S> {
    inner: S,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Overheard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = out.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(cx, out);
        this.heard.lock().unwrap().extend(&out.filled()[before..]);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Overheard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
