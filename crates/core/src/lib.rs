//! The vocabulary of Iterscope: experiments, parameters, methods, steppers, stop reasons, errors.
