//! One connection to one broker.

use super::{Address, Stream};
use crate::{
    ErrorCode, KafkaError, Limits, Login,
    retry::deadline,
    wire::{
        Decode as _, Encode as _, Input, Malformed, Request, Tags,
        messages::login::{ApiVersions, ApiVersionsResponse},
    },
};
use rustls::ClientConfig;
use std::{collections::BTreeMap, sync::Arc, time::Instant};

/// The name by which brokers know this client, in their logs and quotas.
const CLIENT: &str = "datasurface";

/// A connection to a broker, after the login. Requests are answered one by one.
pub(crate) struct Connection {
    stream: Stream,
    address: Address,
    limits: Limits,
    /// The versions that the broker knows of each request.
    versions: BTreeMap<i16, (i16, i16)>,
    correlation: i32,
}

impl Connection {
    pub(crate) fn open(
        address: &Address,
        tls: Option<&Arc<ClientConfig>>,
        login: Option<&Login>,
        limits: &Limits,
    ) -> Result<Self, KafkaError> {
        let deadline = deadline(limits.connecting);
        let stream = Stream::connect(address, tls, deadline)
            .map_err(|source| KafkaError::Connection { address: address.to_string(), source })?;
        let (address, limits) = (address.clone(), limits.clone());
        let mut connection = Self { stream, address, limits, versions: BTreeMap::new(), correlation: 0 };
        connection.learn_versions(deadline)?;
        if let Some(login) = login {
            connection.log_in(login, deadline)?;
        }
        Ok(connection)
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }

    /// Sends a request, and waits for its answer.
    pub(crate) fn call<R: Request>(&mut self, request: &R) -> Result<R::Response, KafkaError> {
        self.call_by(request, deadline(self.limits.answering))
    }

    pub(super) fn call_by<R: Request>(
        &mut self,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Response, KafkaError> {
        let known = self.versions.get(&R::KEY);
        if !known.is_some_and(|(from, to)| (*from..=*to).contains(&R::VERSION)) {
            return Err(KafkaError::Unsupported {
                address: self.address.to_string(),
                request: R::NAME,
                version: R::VERSION,
            });
        }
        self.exchange(request, deadline)
    }

    fn learn_versions(&mut self, deadline: Instant) -> Result<(), KafkaError> {
        let ApiVersionsResponse { error, versions } = self.exchange(&ApiVersions {}, deadline)?;
        if let Some(code) = ErrorCode::new(error) {
            let subject = self.address.to_string();
            return Err(KafkaError::Refused { request: ApiVersions::NAME, subject, code, message: None });
        }
        self.versions = versions.into_iter().map(|one| (one.key, (one.from, one.to))).collect();
        Ok(())
    }

    fn exchange<R: Request>(&mut self, request: &R, deadline: Instant) -> Result<R::Response, KafkaError> {
        self.correlation = self.correlation.wrapping_add(1);
        let bytes = framed(request, self.correlation)
            .ok_or_else(|| KafkaError::Invalid(format!("{} is too long for Kafka", R::NAME)))?;
        let failed =
            |address: &Address, source| KafkaError::Connection { address: address.to_string(), source };
        self.stream.write_all_by(&bytes, deadline).map_err(|source| failed(&self.address, source))?;
        let size = self.stream.read_exact_by(4, deadline).map_err(|source| failed(&self.address, source))?;
        let size = i32::decode(&mut Input::new(&size)).map(usize::try_from);
        let Ok(Ok(size)) = size else {
            return Err(self.malformed::<R>(&Malformed("its size is negative")));
        };
        if size > self.limits.answer {
            return Err(KafkaError::TooLarge {
                address: self.address.to_string(),
                request: R::NAME,
                size,
                limit: self.limits.answer,
            });
        }
        let answer =
            self.stream.read_exact_by(size, deadline).map_err(|source| failed(&self.address, source))?;
        self.read::<R>(&answer).map_err(|malformed| self.malformed::<R>(&malformed))
    }

    fn read<R: Request>(&self, answer: &[u8]) -> Result<R::Response, Malformed> {
        let mut input = Input::new(answer);
        if i32::decode(&mut input)? != self.correlation {
            return Err(Malformed("it answers another request"));
        }
        if R::IS_FLEXIBLE {
            Tags::decode(&mut input)?;
        }
        R::Response::decode(&mut input)
    }

    fn malformed<R: Request>(&self, malformed: &Malformed) -> KafkaError {
        let reason = malformed.0.to_owned();
        KafkaError::Malformed { address: self.address.to_string(), request: R::NAME, reason }
    }
}

/// A request with its header and its size; `None` if it is longer than a size can say.
fn framed<R: Request>(request: &R, correlation: i32) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    R::KEY.encode(&mut body);
    R::VERSION.encode(&mut body);
    correlation.encode(&mut body);
    CLIENT.to_owned().encode(&mut body);
    if R::IS_FLEXIBLE {
        Tags.encode(&mut body);
    }
    request.encode(&mut body);
    let mut bytes = Vec::with_capacity(body.len() + 4);
    i32::try_from(body.len()).ok()?.encode(&mut bytes);
    bytes.append(&mut body);
    Some(bytes)
}
