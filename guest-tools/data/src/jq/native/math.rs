//! Functions on numbers.

use crate::jq::context::{Context, Raise};
use crate::jq::node::Native;
use crate::jq::simple::type_error;
use crate::json::Value;

type Out = Result<Value, Raise>;

fn number(value: &Value) -> Result<f64, Raise> {
    value
        .number()
        .ok_or_else(|| type_error(value, "number required"))
}

macro_rules! one {
    ($f:expr) => {
        Some(|_: &mut Context, input: Value, _: &mut [Value]| -> Out {
            let f: fn(f64) -> f64 = $f;
            Ok(Value::Number(f(number(&input)?)))
        })
    };
}

macro_rules! two {
    ($f:expr) => {
        Some(|_: &mut Context, _: Value, args: &mut [Value]| -> Out {
            let f: fn(f64, f64) -> f64 = $f;
            Ok(Value::Number(f(number(&args[0])?, number(&args[1])?)))
        })
    };
}

pub fn find(name: &str, arity: usize) -> Option<Native> {
    match arity {
        0 => find_0(name),
        2 => find_2(name),
        3 if name == "fma" => Some(|_, _, args| {
            let (a, b, c) = (number(&args[0])?, number(&args[1])?, number(&args[2])?);
            Ok(Value::Number(libm::fma(a, b, c)))
        }),
        _ => None,
    }
}

fn find_0(name: &str) -> Option<Native> {
    match name {
        "floor" => one!(libm::floor),
        "ceil" => one!(libm::ceil),
        "round" => one!(libm::round),
        "trunc" => one!(libm::trunc),
        "rint" | "nearbyint" => one!(libm::rint),
        "sqrt" => one!(libm::sqrt),
        "cbrt" => one!(libm::cbrt),
        "fabs" => one!(libm::fabs),
        "exp" => one!(libm::exp),
        "exp2" => one!(libm::exp2),
        "exp10" | "pow10" => one!(libm::exp10),
        "expm1" => one!(libm::expm1),
        "log" => one!(libm::log),
        "log2" => one!(libm::log2),
        "log10" => one!(libm::log10),
        "log1p" => one!(libm::log1p),
        "sin" => one!(libm::sin),
        "cos" => one!(libm::cos),
        "tan" => one!(libm::tan),
        "asin" => one!(libm::asin),
        "acos" => one!(libm::acos),
        "atan" => one!(libm::atan),
        "sinh" => one!(libm::sinh),
        "cosh" => one!(libm::cosh),
        "tanh" => one!(libm::tanh),
        "asinh" => one!(libm::asinh),
        "acosh" => one!(libm::acosh),
        "atanh" => one!(libm::atanh),
        "gamma" | "lgamma" => one!(libm::lgamma),
        "tgamma" => one!(libm::tgamma),
        "j0" => one!(libm::j0),
        "j1" => one!(libm::j1),
        "y0" => one!(libm::y0),
        "y1" => one!(libm::y1),
        "logb" => one!(|x| match x {
            0.0 => f64::NEG_INFINITY,
            x if x.is_infinite() => f64::INFINITY,
            x if x.is_nan() => x,
            x => f64::from(libm::frexp(x).1 - 1),
        }),
        "significand" => one!(|x| match x {
            x if x == 0.0 || !x.is_finite() => x,
            x => libm::frexp(x).0 * 2.0,
        }),
        "frexp" => Some(|_, input, _| {
            let x = number(&input)?;
            let (fraction, exponent) = match x {
                x if x == 0.0 || !x.is_finite() => (x, 0),
                x => libm::frexp(x),
            };
            Ok(pair(fraction, exponent.into()))
        }),
        "modf" => Some(|_, input, _| {
            let x = number(&input)?;
            let whole = libm::trunc(x);
            let fraction = if x.is_infinite() {
                0.0_f64.copysign(x)
            } else {
                x - whole
            };
            Ok(pair(fraction, whole))
        }),
        "lgamma_r" => Some(|_, input, _| {
            let (value, sign) = libm::lgamma_r(number(&input)?);
            Ok(pair(value, sign.into()))
        }),
        "infinite" => Some(|_, _, _| Ok(Value::Number(f64::INFINITY))),
        "nan" => Some(|_, _, _| Ok(Value::Number(f64::NAN))),
        "isinfinite" => Some(|_, input, _| Ok(number(&input)?.is_infinite().into())),
        "isnan" => Some(|_, input, _| Ok(number(&input)?.is_nan().into())),
        "isnormal" => Some(|_, input, _| Ok(number(&input)?.is_normal().into())),
        _ => None,
    }
}

fn pair(a: f64, b: f64) -> Value {
    Value::array(vec![Value::Number(a), Value::Number(b)])
}

fn find_2(name: &str) -> Option<Native> {
    match name {
        "pow" => two!(libm::pow),
        "atan2" => two!(libm::atan2),
        "fmod" => two!(libm::fmod),
        "fmin" => two!(libm::fmin),
        "fmax" => two!(libm::fmax),
        "fdim" => two!(libm::fdim),
        "hypot" => two!(libm::hypot),
        "copysign" => two!(libm::copysign),
        "drem" | "remainder" => two!(|x, y| if y == 0.0 {
            f64::NAN
        } else {
            libm::remainder(x, y)
        }),
        "ldexp" | "scalbln" | "scalb" => {
            two!(|x, n| libm::scalbn(x, n.clamp(-100_000.0, 100_000.0) as i32))
        }
        "nextafter" | "nexttoward" => two!(libm::nextafter),
        _ => None,
    }
}
