// The default theme, with enough contrast for small text (WCAG 2.2, 1.4.3).

import DefaultTheme from 'vitepress/theme';

import './contrast.css';

export default DefaultTheme;
